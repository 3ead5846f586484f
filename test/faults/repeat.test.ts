import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSeed } from "./run-seed.ts";
import { Stand } from "./stand.ts";

/** On a stand that has run nothing else, as the command that a failure prints has it. */
describe("a run of the fault simulator", () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await Stand.open();
  });
  afterAll(() => stand.close());

  it.each([6, 24, 63])("repeats seed %i exactly", async (seed) => {
    const digests = new Set<string>();
    for (let i = 0; i < 4; i++) {
      await stand.reset();
      digests.add((await runSeed(stand.database, seed, { keepsTrace: false })).digest);
    }
    expect(digests.size).toBe(1);
  });
});
