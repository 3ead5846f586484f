import type { Migration } from "@ghostchain/product";
import { crewMigration } from "./crews/crew-migration.ts";
import { describeTablesMigration } from "./describe-tables.ts";
import { typingMigration } from "./typing/typing-migration.ts";

/** Addresses and hashes are lower-case text, amounts are wei. */
export const migrations: readonly Migration[] = [
  {
    id: "001-game",
    sql: `
      CREATE TABLE users (
        address text PRIMARY KEY,
        created_at timestamptz NOT NULL,
        total_extracted numeric(78, 0) NOT NULL DEFAULT 0,
        pnl numeric(78, 0) NOT NULL DEFAULT 0,
        ghost_streak_best integer NOT NULL DEFAULT 0
      );
      CREATE INDEX users_by_extracted ON users (total_extracted DESC, address);
      CREATE INDEX users_by_pnl ON users (pnl DESC, address);
      CREATE INDEX users_by_streak ON users (ghost_streak_best DESC, address);

      -- the same, a UTC day: what leaderboards of a period add up
      CREATE TABLE days (
        user_address text NOT NULL,
        day date NOT NULL,
        extracted numeric(78, 0) NOT NULL,
        pnl numeric(78, 0) NOT NULL,
        streak_best integer NOT NULL,
        PRIMARY KEY (user_address, day)
      );
      CREATE INDEX days_by_day ON days (day);

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
        -- the transaction that last extended the streak
        tx_hash_survived text,
        alive boolean NOT NULL,
        tx_hash_in text NOT NULL,
        tx_hash_out text
      );
      CREATE UNIQUE INDEX positions_one_alive ON positions (user_address) WHERE alive;
      CREATE INDEX positions_by_user ON positions (user_address, entry_at DESC);
      CREATE INDEX positions_by_level ON positions (level) WHERE alive;

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
        deaths integer NOT NULL DEFAULT 0,
        survivors integer NOT NULL DEFAULT 0,
        dead_capital numeric(78, 0) NOT NULL DEFAULT 0,
        -- where the dead capital went, once the scan was closed
        same_level numeric(78, 0) NOT NULL DEFAULT 0,
        upstream numeric(78, 0) NOT NULL DEFAULT 0,
        burned numeric(78, 0) NOT NULL DEFAULT 0,
        protocol numeric(78, 0) NOT NULL DEFAULT 0,
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

      CREATE TABLE game (
        id smallint PRIMARY KEY CHECK (id = 1),
        reset_deadline timestamptz,
        boost_signer text
      );
    `,
  },
  crewMigration,
  typingMigration,
  {
    id: "004-last-position",
    sql: `
      -- the user's last position, open or not: found by the key of its user
      ALTER TABLE users ADD COLUMN position_id text;
    `,
  },
  describeTablesMigration,
];

/** What projections write, and a reorg undoes. */
export const projectedTables = [
  "users",
  "days",
  "positions",
  "levels",
  "scans",
  "boosts",
  "resets",
  "game",
] as const;
