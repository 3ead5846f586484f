import { randomUUID } from "node:crypto";
import { type Database, type Migration, migrate } from "@ghostchain/database";

/** Makes the tables of the feed where they are missing. Any process may, in any order. */
export async function ensureFeed(database: Database): Promise<void> {
  await database.transaction(async (sql) => {
    await migrate(sql, "feed", MIGRATIONS);
    await sql.query(
      "INSERT INTO feed.state (epoch, sequence_id) VALUES ($1, 0) ON CONFLICT DO NOTHING",
      [randomUUID()],
    );
  });
}

const MIGRATIONS: readonly Migration[] = [
  {
    id: "001-feed",
    sql: `
      -- One line: where the sequence stands. Its writer moves it in the transaction that adds the rows.
      CREATE TABLE state (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        epoch text NOT NULL,
        sequence_id bigint NOT NULL
      );
      CREATE TABLE row (
        sequence_id bigint PRIMARY KEY,
        block_number bigint NOT NULL,
        block_hash text NOT NULL,
        topics text[] NOT NULL,
        -- An event, or the ids that a retraction takes back; json, not jsonb: kept as it was written.
        event json,
        retracts bigint[],
        personal json NOT NULL,
        -- Accounts whose own state it changed.
        subjects text[] NOT NULL,
        -- The id of the retraction that took this event back.
        retracted_by bigint,
        CHECK ((event IS NULL) <> (retracts IS NULL))
      );
      CREATE INDEX row_block ON row (block_number) WHERE event IS NOT NULL AND retracted_by IS NULL;
      -- Without the topic of every row. Kept up row by row: a pending list would be worked off inside some block.
      CREATE INDEX row_topics ON row USING gin (array_remove(topics, 'feed')) WITH (fastupdate = off);
    `,
  },
  {
    id: "002-chains",
    sql: `
      -- The sequence is one over all chains; a reorg takes back only what is of its own.
      ALTER TABLE row ADD COLUMN chain text NOT NULL DEFAULT 'main';
      DROP INDEX row_block;
      CREATE INDEX row_block ON row (chain, block_number) WHERE event IS NOT NULL AND retracted_by IS NULL;
    `,
  },
];
