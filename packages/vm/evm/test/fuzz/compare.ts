import { bytesToHex } from "@ghostchain/encoding";
import { linesOf } from "./outcome.ts";
import { makeProgram, type Program } from "./program.ts";
import { runOurs } from "./run-ours.ts";
import { runTheirs } from "./run-theirs.ts";

export interface Comparison {
  readonly runs: number;
  /** Runs in which the top-level message succeeded. */
  readonly successes: number;
  /** What differs, with all that is needed to see it again; undefined where nothing does. */
  readonly difference: string | undefined;
}

/**
 * Runs the program of this seed with all its gas, with exactly what it needs, with one less, and with some
 * part of it, each on both machines.
 */
export async function compareProgram(seed: number): Promise<Comparison> {
  const program = makeProgram(seed);
  const needed = program.gas - runOurs(program, program.gas).gasLeft;
  const amounts = new Set([program.gas, needed, needed > 0n ? needed - 1n : 0n, needed / 3n]);
  let successes = 0;
  for (const gas of amounts) {
    const ours = runOurs(program, gas);
    const theirs = await runTheirs(program, gas);
    if (ours.ending === "success") successes += 1;
    const difference = differenceOf(linesOf(ours), linesOf(theirs));
    if (difference !== undefined) {
      const report = `seed ${seed}, gas ${gas}, ${describe(program)}\n${difference}`;
      return { runs: amounts.size, successes, difference: report };
    }
  }
  return { runs: amounts.size, successes, difference: undefined };
}

function differenceOf(ours: readonly string[], theirs: readonly string[]): string | undefined {
  const onlyOurs = ours.filter((line) => !theirs.includes(line));
  const onlyTheirs = theirs.filter((line) => !ours.includes(line));
  if (onlyOurs.length === 0 && onlyTheirs.length === 0 && ours.length === theirs.length) {
    return undefined;
  }
  return [
    ...onlyOurs.map((line) => `  ours   ${line}`),
    ...onlyTheirs.map((line) => `  theirs ${line}`),
  ].join("\n");
}

function describe({ hardfork, to, data, accounts }: Program): string {
  const codes = [...accounts].map(([address, { code }]) => `  ${address} ${bytesToHex(code)}`);
  return `${hardfork}, to ${to ?? "creation"}, data ${bytesToHex(data)}\n${codes.join("\n")}`;
}
