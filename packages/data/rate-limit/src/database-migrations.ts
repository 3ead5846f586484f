import type { Migration } from "@ghostchain/database";
import { PARTS } from "./sliding-window.ts";

/**
 * The rule of `memory-rate-limit.ts` in the database, by its clock. Callers name keys in one order, so two calls
 * never wait for each other in a circle; whoever waits for a row longer than a second gives up.
 *
 * A row is locked before the clock is read: of two processes, whoever counts later also has the later time.
 */
export const DATABASE_MIGRATIONS: readonly Migration[] = [
  {
    id: "001-rate-limit",
    sql: `
      -- Rows are updated in place as long as their pages have room and no index is touched.
      CREATE UNLOGGED TABLE tally (
        id TEXT PRIMARY KEY,
        newest_part BIGINT NOT NULL,
        parts INT[] NOT NULL,
        ends_at TIMESTAMPTZ NOT NULL
      ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

      CREATE UNLOGGED TABLE holder (
        id TEXT PRIMARY KEY,
        slots TEXT[] NOT NULL,
        slots_end_at TIMESTAMPTZ[] NOT NULL,
        ends_at TIMESTAMPTZ NOT NULL
      ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

      CREATE FUNCTION count_requests(ids TEXT[], wanted INT[], limits INT[], part_ms FLOAT8[])
      RETURNS TABLE (used INT, granted INT, parts INT[], newest_part BIGINT, now_ms FLOAT8)
      LANGUAGE plpgsql SET lock_timeout = '1s' AS $$
      DECLARE
        found_row rate_limit.tally;
        now_at TIMESTAMPTZ;
        passed INT;
        counted INT[];
      BEGIN
        FOR n IN 1 .. cardinality(ids) LOOP
          LOOP
            SELECT * INTO found_row FROM rate_limit.tally AS t WHERE t.id = ids[n] FOR UPDATE;
            EXIT WHEN FOUND;
            INSERT INTO rate_limit.tally AS t VALUES
              (ids[n], 0, array_fill(0, ARRAY[${PARTS + 1}]), clock_timestamp() + interval '1 minute')
              ON CONFLICT (id) DO NOTHING;
          END LOOP;
          now_at := clock_timestamp();
          now_ms := extract(epoch FROM now_at) * 1000;
          newest_part := greatest(found_row.newest_part, floor(now_ms / part_ms[n])::BIGINT);
          passed := least(${PARTS + 1}, newest_part - found_row.newest_part);
          counted := found_row.parts[passed + 1 : ${PARTS + 1}] || array_fill(0, ARRAY[passed]);
          SELECT sum(part) INTO used FROM unnest(counted) AS part;
          granted := least(wanted[n], greatest(0, limits[n] - used));
          IF granted > 0 THEN
            counted[${PARTS + 1}] := counted[${PARTS + 1}] + granted;
            UPDATE rate_limit.tally AS t SET newest_part = count_requests.newest_part, parts = counted,
              ends_at = now_at + ${PARTS + 1} * part_ms[n] * interval '1 millisecond' WHERE t.id = ids[n];
          END IF;
          parts := CASE WHEN granted < wanted[n] THEN counted END;
          RETURN NEXT;
        END LOOP;
      END $$;

      CREATE FUNCTION change_slots(takes BOOLEAN[], ids TEXT[], wanted TEXT[], limits INT[], ttl_ms FLOAT8[])
      RETURNS TABLE (held BOOLEAN)
      LANGUAGE plpgsql SET lock_timeout = '1s' AS $$
      DECLARE
        found_row rate_limit.holder;
        now_at TIMESTAMPTZ;
        others TEXT[];
        others_end_at TIMESTAMPTZ[];
        had BOOLEAN;
      BEGIN
        FOR n IN 1 .. cardinality(ids) LOOP
          LOOP
            SELECT * INTO found_row FROM rate_limit.holder AS h WHERE h.id = ids[n] FOR UPDATE;
            EXIT WHEN FOUND;
            INSERT INTO rate_limit.holder VALUES
              (ids[n], '{}', '{}', clock_timestamp() + interval '1 minute') ON CONFLICT (id) DO NOTHING;
          END LOOP;
          now_at := clock_timestamp();
          SELECT coalesce(array_agg(slot) FILTER (WHERE slot <> wanted[n]), '{}'),
                 coalesce(array_agg(end_at) FILTER (WHERE slot <> wanted[n]), '{}'),
                 coalesce(bool_or(slot = wanted[n]), FALSE)
            INTO others, others_end_at, had
            FROM unnest(found_row.slots, found_row.slots_end_at) AS s (slot, end_at) WHERE end_at > now_at;
          held := takes[n] AND (had OR cardinality(others) < limits[n]);
          IF held THEN
            others := others || wanted[n];
            others_end_at := others_end_at || (now_at + ttl_ms[n] * interval '1 millisecond');
          END IF;
          IF cardinality(others) = 0 THEN
            DELETE FROM rate_limit.holder AS h WHERE h.id = ids[n];
          ELSIF held OR had THEN
            UPDATE rate_limit.holder AS h SET slots = others, slots_end_at = others_end_at,
              ends_at = (SELECT max(end_at) FROM unnest(others_end_at) AS end_at) WHERE h.id = ids[n];
          END IF;
          RETURN NEXT;
        END LOOP;
      END $$;

      -- Rows that count no longer, and the oldest beyond the number allowed. Rows in use are left for the next time.
      CREATE FUNCTION prune(rows_max INT) RETURNS VOID LANGUAGE sql AS $$
        DELETE FROM rate_limit.tally WHERE id IN
          (SELECT id FROM rate_limit.tally WHERE ends_at < clock_timestamp() FOR UPDATE SKIP LOCKED);
        DELETE FROM rate_limit.holder WHERE id IN
          (SELECT id FROM rate_limit.holder WHERE ends_at < clock_timestamp() FOR UPDATE SKIP LOCKED);
        DELETE FROM rate_limit.tally WHERE id IN
          (SELECT id FROM rate_limit.tally ORDER BY ends_at
           LIMIT greatest(0, (SELECT count(*) FROM rate_limit.tally) - rows_max) FOR UPDATE SKIP LOCKED);
      $$;`,
  },
];
