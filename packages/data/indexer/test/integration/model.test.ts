import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { createLogger, createSilentLogger } from "@ghostchain/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHistory } from "../support/run-history.ts";

/** `MODEL_SEED=7 MODEL_RUNS=1` repeats one history; `TEST_LOG=debug` tells what the indexer said. */
const FIRST_SEED = Number(process.env.MODEL_SEED ?? 1);
const RUNS = Number(process.env.MODEL_RUNS ?? 8);
const level = process.env.TEST_LOG === "debug" ? "debug" : undefined;
const logger = level ? createLogger({ level }) : createSilentLogger();

describe("the indexer, through reorgs, faults and kills,", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  it(`ends with what the final chain says, in ${RUNS} random histories`, async () => {
    const seen = { undone: 0, rebuilt: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      const outcome = await runHistory(test.database, seed, logger);
      const where = `MODEL_SEED=${seed}: ${outcome.story.join("; ")}`;
      expect(outcome.stored, where).toEqual(outcome.expected);
      expect(outcome.followed, where).toEqual(outcome.expected.feed);
      expect(outcome.ids, where).toEqual(outcome.ids.map((_, index) => index + 1));
      seen.undone += outcome.undone;
      seen.rebuilt += outcome.rebuilt;
    }
    expect(seen.undone, "histories in which nothing is undone prove nothing").toBeGreaterThan(RUNS);
    expect(seen.rebuilt, "nor do those in which nothing is rebuilt").toBeGreaterThan(0);
  }, 3_600_000);
});
