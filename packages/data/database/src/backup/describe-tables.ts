import { quoteIdentifier } from "../copy-rows.ts";
import type { Sql } from "../database.ts";
import type { SchemaLine, TableLine } from "./backup-format.ts";

/** Schemas that `migrate` made, and those of their migrations that a restore can repeat. */
export async function describeSchemas(sql: Sql, without: readonly string[]): Promise<SchemaLine[]> {
  const schemas = await sql.query<{ name: string }>(
    `SELECT n.nspname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relname = 'migration' AND c.relkind = 'r' ORDER BY 1`,
  );
  const described: SchemaLine[] = [];
  for (const { name: schema } of schemas) {
    if (without.includes(schema)) continue;
    // as JSON, for a table of an older version has no texts
    const rows = await sql.query<{ row: SchemaLine["migrations"][number] }>(
      `SELECT to_jsonb(one) AS row FROM ${quoteIdentifier(schema)}.migration one ORDER BY id`,
    );
    const migrations = rows.map(({ row: { id, sql: text } }) => ({ id, sql: text }));
    described.push({ schema, migrations });
  }
  return described;
}

/** The tables of schemas, those before that others refer to. */
export async function describeTables(sql: Sql, schemas: readonly string[]): Promise<TableLine[]> {
  const tables = await sql.query<{ oid: bigint; schema: string; name: string; parents: bigint[] }>(
    `SELECT c.oid::bigint AS oid, n.nspname AS schema, c.relname AS name,
       ARRAY(SELECT DISTINCT f.confrelid::bigint FROM pg_constraint f
             WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid) AS parents
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND c.relname <> 'migration' AND n.nspname = ANY($1)
     ORDER BY n.nspname, c.relname`,
    [[...schemas]],
  );
  const lines: TableLine[] = [];
  const done = new Set<bigint>();
  while (lines.length < tables.length) {
    const next =
      tables.find(
        ({ oid, parents }) => !done.has(oid) && parents.every((parent) => done.has(parent)),
        // tables that refer to each other in a ring: somewhere one must begin
      ) ?? tables.find(({ oid }) => !done.has(oid));
    if (next === undefined) break;
    done.add(next.oid);
    lines.push(await describeTable(sql, next));
  }
  return lines;
}

async function describeTable(
  sql: Sql,
  { schema, name }: { schema: string; name: string },
): Promise<TableLine> {
  const table = qualify(schema, name);
  const columns = await sql.query<{ name: string; counter: string | null }>(
    `SELECT attname AS name, pg_get_serial_sequence($1, attname) AS counter
     FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
       AND attgenerated = '' ORDER BY attnum`,
    [table],
  );
  const counters: TableLine["counters"] = [];
  for (const { name: column, counter } of columns) {
    if (counter === null) continue;
    const [state] = await sql.query<{ last: bigint; used: boolean }>(
      `SELECT last_value AS last, is_called AS used FROM ${counter}`,
    );
    if (state?.used) counters.push({ column, last: String(state.last) });
  }
  const [counted] = await sql.query<{ count: bigint }>(`SELECT count(*) AS count FROM ${table}`);
  return {
    table: name,
    schemaOf: schema,
    columns: columns.map((column) => column.name),
    counters,
    rowCount: Number(counted?.count ?? 0n),
  };
}

export function qualify(schema: string, table: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}
