import { randomUUID } from "node:crypto";
import { type Database, migrate } from "@ghostchain/database";
import { appendFeed, ensureFeed, feedPosition, type NewFeedRow } from "@ghostchain/feed";
import type { Product } from "@ghostchain/product";

const EVENTS = 2_000;
const USERS = 20_000;
const CREWS = 500;
/** The `n`th user of the tables, in SQL. */
const ADDRESS = "'0x' || lpad(to_hex(n), 40, '0')";

export interface FilledGame {
  readonly user: string;
  readonly crew: string;
}

/** 20,000 users with a position each, half of them in 500 crews, and 2,000 events. */
export async function fillGame(database: Database, product: Product): Promise<FilledGame> {
  await ensureFeed(database);
  await database.transaction((sql) => migrate(sql, product.name, product.migrations));
  await database.query(`
    INSERT INTO ghostnet.users (address, created_at, total_extracted, pnl, ghost_streak_best)
      SELECT ${ADDRESS}, now() - n * interval '1 minute', n::numeric * 1e15, n::numeric * 1e14, n % 40
      FROM generate_series(1, ${USERS}) n;
    INSERT INTO ghostnet.days (user_address, day, extracted, pnl, streak_best)
      SELECT ${ADDRESS}, (now() AT TIME ZONE 'UTC')::date, n::numeric * 1e15, n::numeric * 1e14, n % 40
      FROM generate_series(1, ${USERS}) n;
    INSERT INTO ghostnet.positions (id, user_address, level, amount, entry_at, alive, tx_hash_in)
      SELECT n::text, ${ADDRESS}, 1 + n % 5, n::numeric * 1e15, now() - n * interval '1 minute', true,
        '0x' || lpad(to_hex(n), 64, '0')
      FROM generate_series(1, ${USERS}) n;
    INSERT INTO ghostnet.levels
      (level, death_rate_bps, scan_interval_seconds, min_stake, total_staked, players, next_scan_at)
      SELECT n, 500 * n, 600 * n, 1e18, 4e21, 4000, now() + interval '1 day' FROM generate_series(1, 5) n;
    INSERT INTO ghostnet.crews (name, name_key, created_at, created_by)
      SELECT 'Crew ' || n, 'crew ' || n, now() - n * interval '1 hour', ${ADDRESS}
      FROM generate_series(1, ${CREWS}) n;
    INSERT INTO ghostnet.crew_members (user_address, crew_id, joined_at)
      SELECT ${ADDRESS}, c.id, now() FROM generate_series(1, ${USERS / 2}) n
      JOIN ghostnet.crews c ON c.name = 'Crew ' || (1 + n % ${CREWS});
    ANALYZE;
  `);
  for (let from = 0; from < EVENTS; from += 500)
    await tell(
      database,
      Array.from({ length: 500 }, (_, i) => BigInt(from + i)),
    );
  const [crew] = await database.query<{ id: string }>(
    "SELECT id FROM ghostnet.crews ORDER BY name LIMIT 1",
    [],
  );
  return { user: `0x${"2710".padStart(40, "0")}`, crew: crew?.id ?? randomUUID() };
}

/** What the indexer does to the feed for a block with one event. */
export async function tell(database: Database, blocks: readonly bigint[]): Promise<void> {
  const rows = blocks.map(
    (blockNumber): NewFeedRow => ({
      ...{
        kind: "event",
        blockNumber,
        blockHash: `0x${blockNumber.toString(16).padStart(64, "0")}`,
      },
      ...{ topics: ["feed", "level:3"], personal: [], subjects: [] },
      event: {
        ...{ type: "JACK_IN", timestamp: 1_700_000_000_000 + Number(blockNumber) },
        ...{ address: "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045", level: "DARKNET" },
        amount: "120000000000000000000",
      },
    }),
  );
  await database.transaction(async (sql) => appendFeed(sql, await feedPosition(sql), rows));
}
