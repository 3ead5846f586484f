import type { Migration } from "@ghostchain/product";

/** Written by routes, which no reorg takes back. */
export const crewMigration: Migration = {
  id: "002-crews",
  sql: `
    -- one row, locked by every change: changes happen one after the other, and are numbered without a gap
    CREATE TABLE crew_state (
      id smallint PRIMARY KEY CHECK (id = 1),
      version bigint NOT NULL
    );
    INSERT INTO crew_state VALUES (1, 0);

    CREATE TABLE crews (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      name text NOT NULL,
      -- what makes a name unique, whatever its case
      name_key text NOT NULL UNIQUE,
      created_at timestamptz NOT NULL,
      created_by text NOT NULL
    );

    CREATE TABLE crew_members (
      user_address text PRIMARY KEY,
      crew_id uuid NOT NULL REFERENCES crews (id),
      joined_at timestamptz NOT NULL
    );
    CREATE INDEX crew_members_by_crew ON crew_members (crew_id);

    -- the last changes, for those that follow them
    CREATE TABLE crew_changes (
      version bigint PRIMARY KEY,
      crew_id uuid NOT NULL,
      user_address text NOT NULL,
      change text NOT NULL CHECK (change IN ('joined', 'left')),
      at timestamptz NOT NULL
    );
  `,
};
