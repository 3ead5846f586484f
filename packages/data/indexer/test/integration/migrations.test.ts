import { type Database, migrate } from "@ghostchain/database";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { feedPosition } from "@ghostchain/feed";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { INDEXER_MIGRATIONS } from "../../src/store/indexer-schema.ts";
import { loadProgress } from "../../src/store/progress.ts";
import { readBlocks } from "../../src/store/raw-events.ts";

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await openTestDatabase();
  database = test.database;
});
afterAll(() => test.close());

describe("the schema of an indexer that knew one chain", () => {
  it("keeps all it held, as the main chain's", async () => {
    const old = INDEXER_MIGRATIONS.filter(({ id }) => id === "001-indexer");
    await database.transaction((sql) => migrate(sql, "indexer", old));
    const hash = `0x${"ab".repeat(32)}`;
    await database.query(`
      INSERT INTO indexer.chain VALUES (true, 31337, '${hash}', 'c', 'p', 7, '${hash}', 7, '${hash}', 3);
      INSERT INTO indexer.block VALUES (7, '${hash}', 1000);
      INSERT INTO indexer.event VALUES (7, 0, '\\xab', '\\xcd', '', '\\x01');`);
    await database.transaction((sql) => migrate(sql, "indexer", INDEXER_MIGRATIONS));
    await database.query(
      "CREATE SCHEMA feed; CREATE TABLE feed.state (epoch text, sequence_id bigint)",
    );
    await database.query("INSERT INTO feed.state VALUES ('e', 4)");
    const stored = await loadProgress(database, "main");
    expect(stored).toMatchObject({
      identity: { chainId: 31337n, contractsDigest: "c" },
      progress: { chain: { id: 0, name: "main" }, point: { number: 7n, hash }, undoFrom: 3n },
      rebuild: false,
    });
    expect(await readBlocks(database, 0, 0n, 7n)).toMatchObject([
      { number: 7n, logs: [{ logIndex: 0, data: "0x01" }] },
    ]);
    expect(await feedPosition(database)).toEqual({ epoch: "e", sequenceId: 4 });
  });
});
