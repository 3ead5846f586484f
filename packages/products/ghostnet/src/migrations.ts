import type { Migration } from "@ghostchain/product";

/** Addresses and hashes are lower-case text, amounts are wei. */
export const migrations: readonly Migration[] = [
  {
    id: "001-game",
    sql: `
      CREATE TABLE users (
        address text PRIMARY KEY,
        created_at timestamptz NOT NULL,
        total_extracted numeric(78, 0) NOT NULL DEFAULT 0,
        ghost_streak_best integer NOT NULL DEFAULT 0
      );

      -- written by logins, which no reorg takes back
      CREATE TABLE logins (
        address text PRIMARY KEY,
        first_at timestamptz NOT NULL
      );

      CREATE TABLE positions (
        id text PRIMARY KEY,
        user_address text NOT NULL,
        level smallint NOT NULL,
        amount numeric(78, 0) NOT NULL,
        entry_at timestamptz NOT NULL,
        exit_at timestamptz,
        exit_type text CHECK (exit_type IN ('extracted', 'traced', 'emergency')),
        rewards_earned numeric(78, 0) NOT NULL DEFAULT 0,
        penalties numeric(78, 0) NOT NULL DEFAULT 0,
        ghost_streak integer NOT NULL DEFAULT 0,
        alive boolean NOT NULL,
        tx_hash_in text NOT NULL,
        tx_hash_out text
      );
      CREATE UNIQUE INDEX positions_one_alive ON positions (user_address) WHERE alive;
      CREATE INDEX positions_by_user ON positions (user_address, entry_at DESC);

      -- everything that leaderboards rank, one row a gain or loss
      CREATE TABLE results (
        id text PRIMARY KEY,
        user_address text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('extracted', 'gain', 'loss', 'streak')),
        value numeric(78, 0) NOT NULL,
        at timestamptz NOT NULL
      );
      CREATE INDEX results_by_time ON results (kind, at);

      CREATE TABLE levels (
        level smallint PRIMARY KEY,
        death_rate_bps integer NOT NULL,
        scan_interval_seconds integer NOT NULL,
        min_stake numeric(78, 0) NOT NULL,
        total_staked numeric(78, 0) NOT NULL DEFAULT 0,
        players integer NOT NULL DEFAULT 0,
        scans integer NOT NULL DEFAULT 0,
        next_scan_at timestamptz,
        deaths bigint NOT NULL DEFAULT 0,
        dead_capital numeric(78, 0) NOT NULL DEFAULT 0
      );

      CREATE TABLE scans (
        level smallint NOT NULL,
        number integer NOT NULL,
        seed text NOT NULL,
        base_rate_bps integer NOT NULL,
        modifier_bps integer NOT NULL,
        executed_at timestamptz NOT NULL,
        tx_hash text NOT NULL,
        PRIMARY KEY (level, number)
      );

      CREATE TABLE boosts (
        id text PRIMARY KEY,
        user_address text NOT NULL,
        boost_type smallint NOT NULL,
        value_bps integer NOT NULL,
        expires_at timestamptz NOT NULL,
        applied_at timestamptz NOT NULL
      );
      CREATE INDEX boosts_by_user ON boosts (user_address, expires_at);

      CREATE TABLE resets (
        id text PRIMARY KEY,
        penalty_pool numeric(78, 0) NOT NULL,
        jackpot_winner text NOT NULL,
        jackpot numeric(78, 0) NOT NULL,
        at timestamptz NOT NULL
      );

      CREATE TABLE clock (
        id smallint PRIMARY KEY CHECK (id = 1),
        reset_deadline timestamptz NOT NULL
      );
    `,
  },
];

/** What projections write, and a reorg undoes. */
export const projectedTables = [
  "users",
  "positions",
  "results",
  "levels",
  "scans",
  "boosts",
  "resets",
  "clock",
] as const;
