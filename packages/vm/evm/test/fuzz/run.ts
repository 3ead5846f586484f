/**
 * `node packages/vm/evm/test/fuzz/run.ts --programs 10000 --seed 1`: programs on our machine and on
 * `@ethereumjs/evm`, until one differs or all have run.
 */
import { parseArgs } from "node:util";
import { compareProgram } from "./compare.ts";

const { values } = parseArgs({
  options: {
    programs: { type: "string", default: "10000" },
    seed: { type: "string", default: `${Date.now() % 1_000_000}` },
    /** Goes on after a difference, up to this many. */
    differences: { type: "string", default: "1" },
  },
});
const programs = Number(values.programs);
const seed = Number(values.seed);
const most = Number(values.differences);

let runs = 0;
let successes = 0;
let differences = 0;
for (let index = 0; index < programs && differences < most; index++) {
  const comparison = await compareProgram(seed * 1_000_003 + index);
  runs += comparison.runs;
  successes += comparison.successes;
  if (comparison.difference !== undefined) {
    differences += 1;
    console.log(comparison.difference);
  }
  if (index % 1000 === 999) console.error(`${index + 1} programs, ${runs} runs`);
}
console.log(
  `seed ${seed}: ${programs} programs, ${runs} runs, ${successes} successful, ${differences} different`,
);
process.exitCode = differences === 0 ? 0 : 1;
