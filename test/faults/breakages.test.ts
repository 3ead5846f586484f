import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BREAKAGES } from "./breakage.ts";
import { runSeed } from "./run-seed.ts";
import { Stand } from "./stand.ts";

/** So many seeds must suffice to notice each. */
const SEEDS = 40;

describe("the fault simulator notices that", () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await Stand.open();
  });
  afterAll(() => stand.close());

  it.each(BREAKAGES)("%s", async (breakage) => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      await stand.reset();
      const { differences } = await runSeed(stand.database, seed, { keepsTrace: false, breakage });
      if (differences.length > 0) {
        console.log(`${breakage}: seed ${seed}: ${differences[0]}`);
        return;
      }
    }
    expect.fail(`none of ${SEEDS} seeds noticed`);
  });
});
