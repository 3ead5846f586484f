import { appendFeed, feedPosition, type NewFeedRow } from "@ghostchain/feed";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { userNumber } from "../support/game-api.ts";
import { GameTable } from "../support/game-table.ts";

const USERS = 100_000;
const SNAPSHOT_MAX_CHARS = 32 * 1024;
const FEED_ROWS = 300;

let game: GameTable;
beforeAll(async () => {
  game = await GameTable.open("2026-11-20T12:00:00Z");
  for (const level of [1, 2, 3, 4, 5])
    await game.core("LevelConfigured", { level, deathRateBps: 0, scanInterval: 60, minStake: 1n });
  await game.database.query(
    `INSERT INTO ghostnet.positions
       (id, user_address, level, amount, entry_at, alive, tx_hash_in)
     SELECT 'p' || i, '0x' || lpad(to_hex(i), 40, '0'), 1 + i % 5, i, now(), true, 'tx'
     FROM generate_series(1, ${USERS}) i`,
  );
  const row: NewFeedRow = {
    ...{ kind: "event", blockNumber: 1n, blockHash: `0x${"0".repeat(64)}` },
    event: { type: "JACK_IN", timestamp: game.clock.now(), txHash: `0x${"ab".repeat(32)}` },
    ...{ topics: ["feed"], personal: [], subjects: [] },
  };
  const rows = Array.from({ length: FEED_ROWS }, () => row);
  await game.database.transaction(async (sql) => appendFeed(sql, await feedPosition(sql), rows));
}, 120_000);
afterAll(() => game.close());

describe("the snapshot of a FULL_SYNC", () => {
  it("is small and quick whatever the number of players and of events", async () => {
    const owner = userNumber(41);
    const beganMs = performance.now();
    const snapshot = await game.product.snapshot?.(game.database, owner);
    expect(performance.now() - beganMs).toBeLessThan(2_000);
    expect(JSON.stringify(snapshot).length).toBeLessThan(SNAPSHOT_MAX_CHARS);
    expect(snapshot).toMatchObject({
      levels: [{ name: "VAULT" }, {}, {}, {}, { name: "BLACK_ICE" }],
      feed: { length: 50, 0: { sequenceId: FEED_ROWS } },
      position: { address: owner, level: "SUBNET", amount: "42" },
    });
  });
});
