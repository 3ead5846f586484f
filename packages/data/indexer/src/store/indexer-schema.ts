import type { Migration } from "@ghostchain/database";

/** Tables of schema `indexer`. Raw events are the truth from which all else can be derived again. */
export const INDEXER_MIGRATIONS: readonly Migration[] = [
  {
    id: "001-indexer",
    sql: `
      -- One line: which chain this is, and how far it is stored.
      CREATE TABLE chain (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        chain_id numeric NOT NULL,
        genesis_hash text NOT NULL,
        -- What raw events were fetched for, and who derives from them: another value means to begin anew.
        contracts_digest text NOT NULL,
        products_digest text NOT NULL,
        -- Everything up to and with this block is in the tables.
        number bigint NOT NULL,
        hash text NOT NULL,
        -- Raw events are complete up to this block; beyond "number" only while tables are rebuilt.
        raw_number bigint NOT NULL,
        raw_hash text NOT NULL,
        -- Blocks from this one on can be undone.
        undo_from bigint NOT NULL
      );
      -- Every recent block, and every one that has an event.
      CREATE TABLE block (
        number bigint PRIMARY KEY,
        hash text NOT NULL,
        timestamp_ms bigint NOT NULL
      );
      CREATE TABLE event (
        block_number bigint NOT NULL,
        log_index integer NOT NULL,
        transaction_hash bytea NOT NULL,
        address bytea NOT NULL,
        topics bytea NOT NULL,
        data bytea NOT NULL,
        PRIMARY KEY (block_number, log_index)
      );
      -- What a block changed in a product's table: an insert has no old row, a delete no key.
      CREATE TABLE undo (
        block_number bigint NOT NULL,
        id bigint GENERATED ALWAYS AS IDENTITY,
        undoing text NOT NULL,
        key text[],
        old text,
        PRIMARY KEY (block_number, id)
      );
      -- Newest first. One statement may write down a parent before the children it took along (ON DELETE CASCADE):
      -- a row whose parent is not back yet is held, and tried again after the next.
      CREATE FUNCTION undo_above(ancestor bigint) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE
        step indexer.undo;
        held indexer.undo[] := '{}';
        failed indexer.undo[];
      BEGIN
        FOR step IN SELECT * FROM indexer.undo WHERE block_number > ancestor
          ORDER BY block_number DESC, id DESC LOOP
          held := held || step;
          LOOP
            failed := '{}';
            FOREACH step IN ARRAY held LOOP
              BEGIN
                EXECUTE format('SELECT %s($1, $2)', step.undoing) USING step.key, step.old;
              EXCEPTION WHEN foreign_key_violation THEN
                failed := failed || step;
              END;
            END LOOP;
            EXIT WHEN cardinality(failed) IN (0, cardinality(held));
            held := failed;
          END LOOP;
          held := failed;
        END LOOP;
        IF cardinality(held) > 0 THEN
          RAISE foreign_key_violation USING MESSAGE = 'rows cannot be put back: what they reference is gone';
        END IF;
        DELETE FROM indexer.undo WHERE block_number > ancestor;
      END $$;
      CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'TRUNCATE cannot be undone: projections delete rows instead';
      END $$;
    `,
  },
  {
    id: "002-chains",
    sql: `
      -- One line a chain. Rows of the other tables carry its id; products name it by its name.
      ALTER TABLE chain DROP COLUMN single;
      ALTER TABLE chain ADD COLUMN id smallint PRIMARY KEY DEFAULT 0;
      ALTER TABLE chain ADD COLUMN name text NOT NULL UNIQUE DEFAULT 'main';
      -- Asked for from outside; the writer clears it in the transaction that begins anew.
      ALTER TABLE chain ADD COLUMN rebuild boolean NOT NULL DEFAULT false;
      ALTER TABLE chain ALTER COLUMN id DROP DEFAULT, ALTER COLUMN name DROP DEFAULT;

      ALTER TABLE block ADD COLUMN chain smallint NOT NULL DEFAULT 0;
      ALTER TABLE block DROP CONSTRAINT block_pkey, ADD PRIMARY KEY (chain, number);
      ALTER TABLE event ADD COLUMN chain smallint NOT NULL DEFAULT 0;
      ALTER TABLE event DROP CONSTRAINT event_pkey, ADD PRIMARY KEY (chain, block_number, log_index);
      ALTER TABLE undo ADD COLUMN chain smallint NOT NULL DEFAULT 0;
      ALTER TABLE undo DROP CONSTRAINT undo_pkey, ADD PRIMARY KEY (chain, block_number, id);
      ALTER TABLE block ALTER COLUMN chain DROP DEFAULT;
      ALTER TABLE event ALTER COLUMN chain DROP DEFAULT;
      ALTER TABLE undo ALTER COLUMN chain DROP DEFAULT;

      -- Contracts that factories made, as of the last block that is in the tables.
      CREATE TABLE child (
        chain smallint NOT NULL,
        product text NOT NULL,
        contract text NOT NULL,
        address bytea NOT NULL,
        -- The log that told of it: nothing before it counts.
        block_number bigint NOT NULL,
        log_index integer NOT NULL,
        PRIMARY KEY (chain, product, contract, address)
      );
      CREATE INDEX child_block ON child (chain, block_number);

      DROP FUNCTION undo_above(bigint);
      -- Newest first. One statement may write down a parent before the children it took along (ON DELETE CASCADE):
      -- a row whose parent is not back yet is held, and tried again after the next.
      CREATE FUNCTION undo_above(of_chain smallint, ancestor bigint) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE
        step indexer.undo;
        held indexer.undo[] := '{}';
        failed indexer.undo[];
      BEGIN
        FOR step IN SELECT * FROM indexer.undo WHERE chain = of_chain AND block_number > ancestor
          ORDER BY block_number DESC, id DESC LOOP
          held := held || step;
          LOOP
            failed := '{}';
            FOREACH step IN ARRAY held LOOP
              BEGIN
                EXECUTE format('SELECT %s($1, $2)', step.undoing) USING step.key, step.old;
              EXCEPTION WHEN foreign_key_violation THEN
                failed := failed || step;
              END;
            END LOOP;
            EXIT WHEN cardinality(failed) IN (0, cardinality(held));
            held := failed;
          END LOOP;
          held := failed;
        END LOOP;
        IF cardinality(held) > 0 THEN
          RAISE foreign_key_violation USING MESSAGE = 'rows cannot be put back: what they reference is gone';
        END IF;
        DELETE FROM indexer.undo WHERE chain = of_chain AND block_number > ancestor;
      END $$;
    `,
  },
  {
    id: "003-shared-backfill",
    sql: `
      -- Parts of history that several processes fetch side by side. Raw events of those that are done are stored, though
      -- the chain's "raw_number" is not there yet.
      CREATE TABLE backfill_range (
        chain smallint NOT NULL,
        from_block bigint NOT NULL,
        to_block bigint NOT NULL,
        plan uuid NOT NULL,
        -- Another one for every time it is claimed: who held it before can store nothing more.
        claim uuid,
        lease_until timestamptz,
        done boolean NOT NULL DEFAULT false,
        -- Of its last block, and of the one before its first.
        end_hash text,
        parent_hash text,
        PRIMARY KEY (chain, from_block)
      );
      -- Children that the factories of the planned history tell of.
      CREATE TABLE planned_child (LIKE child INCLUDING ALL);
      -- Processes that are there to fetch for the one that writes.
      CREATE TABLE helper (
        id uuid NOT NULL,
        chain text NOT NULL,
        contracts_digest text NOT NULL,
        seen_at timestamptz NOT NULL,
        PRIMARY KEY (id, chain)
      );
    `,
  },
  {
    id: "004-guard",
    sql: `
      -- Fired where a statement is of a product and the table of another's schema.
      CREATE FUNCTION refuse_trespass() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION USING ERRCODE = 'GC001', MESSAGE = format('it writes to %I.%I, which is not its own',
          TG_TABLE_SCHEMA, TG_TABLE_NAME);
      END $$;
    `,
  },
];
