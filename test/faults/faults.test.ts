import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSeed } from "./run-seed.ts";
import { Stand } from "./stand.ts";

/** `npm run test:faults -- --seed 1 --runs 5000` runs more of them. */
const SEEDS = 200;

describe("the data plane, whatever fails,", () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await Stand.open();
  });
  afterAll(() => stand.close());

  it(`ends with what the final chain says, for each of ${SEEDS} seeds`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { differences } = await run(seed);
      if (differences.length === 0) continue;
      const { trace } = await run(seed, true);
      console.log(trace.slice(-400).join("\n"));
      expect.fail(
        `npm run test:faults -- --seed ${seed} --runs 1 --trace\n${differences.join("\n")}`,
      );
    }
  });

  async function run(seed: number, keepsTrace = false) {
    await stand.reset();
    return runSeed(stand.database, seed, { keepsTrace });
  }
});
