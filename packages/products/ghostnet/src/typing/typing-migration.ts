import type { Migration } from "@ghostchain/product";

/** Written by routes, which no reorg takes back. */
export const typingMigration: Migration = {
  id: "003-typing",
  sql: `
    CREATE TABLE typing_challenges (
      id text PRIMARY KEY,
      user_address text NOT NULL,
      command text NOT NULL,
      issued_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      used_at timestamptz
    );
    CREATE INDEX typing_challenges_by_user ON typing_challenges (user_address, expires_at);
    CREATE INDEX typing_challenges_by_expiry ON typing_challenges (expires_at);

    -- when a user played, in the last hour: one row, so that a game is counted and allowed in one statement
    CREATE TABLE typing_players (
      user_address text PRIMARY KEY,
      games timestamptz[] NOT NULL
    );

    CREATE TABLE typing_results (
      challenge_id text PRIMARY KEY,
      user_address text NOT NULL,
      command text NOT NULL,
      -- as replayed, whatever was claimed
      accuracy double precision NOT NULL,
      wpm double precision NOT NULL,
      duration_ms integer NOT NULL,
      -- why it was refused
      refusal text,
      -- what it earned, as it was answered: for its owner alone
      boost jsonb,
      created_at timestamptz NOT NULL
    );
    CREATE INDEX typing_results_by_user ON typing_results (user_address, created_at DESC);
  `,
};
