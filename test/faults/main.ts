import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { type Outcome, runSeed } from "./run-seed.ts";
import { Stand } from "./stand.ts";

const USAGE = `Runs the data plane through random histories full of faults, each from a seed that repeats it.

  npm run test:faults -- [--seed N] [--runs M] [--jobs J] [--trace]

  --seed N   the first seed (default 1)
  --runs M   how many seeds from there (default 200)
  --jobs J   in so many processes (default 1)
  --trace    shows everything that happened, in order`;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "200" },
    jobs: { type: "string", default: "1" },
    trace: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const first = wholeNumber("seed", values.seed);
const runs = wholeNumber("runs", values.runs);
const jobs = Math.min(wholeNumber("jobs", values.jobs), runs);

if (values.help) console.log(USAGE);
else if (jobs > 1) process.exitCode = await runJobs();
else process.exitCode = (await runHere()) > 0 ? 1 : 0;

/** @returns how many failed */
async function runHere(): Promise<number> {
  const began = Date.now();
  let failed = 0;
  const stand = await Stand.open();
  try {
    for (let seed = first; seed < first + runs; seed++) {
      await stand.reset();
      const outcome = await runSeed(stand.database, seed, { keepsTrace: values.trace });
      report(outcome);
      if (outcome.differences.length > 0) failed += 1;
      const done = seed - first + 1;
      if (done % 100 === 0) console.log(`${done} of ${runs}, ${failed} failed`);
    }
  } finally {
    await stand.close();
  }
  const eachMs = ((Date.now() - began) / runs).toFixed(0);
  console.log(
    `seeds ${first} to ${first + runs - 1}: ${runs - failed} passed, ${failed} failed, ${eachMs} ms each`,
  );
  return failed;
}

/** Each job takes a stretch of the seeds. @returns the exit code of the worst */
async function runJobs(): Promise<number> {
  const codes = Array.from({ length: jobs }, (_, job) => {
    const from = first + Math.floor((runs * job) / jobs);
    const to = first + Math.floor((runs * (job + 1)) / jobs);
    const child = fork(import.meta.filename, ["--seed", `${from}`, "--runs", `${to - from}`]);
    return new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
  });
  return Math.max(...(await Promise.all(codes)));
}

function report({ seed, differences, digest, events, trace }: Outcome): void {
  for (const line of trace) console.log(line);
  if (values.trace) console.log(`seed ${seed}: ${events} events, digest ${digest}`);
  if (differences.length === 0) return;
  console.log(`seed ${seed} FAILED (npm run test:faults -- --seed ${seed} --runs 1 --trace)`);
  for (const line of differences) console.log(`  ${line}`);
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  console.error(`--${name} must be a whole number above 0, not ${text}\n\n${USAGE}`);
  process.exit(2);
}
