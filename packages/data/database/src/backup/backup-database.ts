import { quoteIdentifier } from "../copy-rows.ts";
import type { Database, Sql } from "../database.ts";
import { DatabaseError } from "../database-error.ts";
import type { SchemaLine, TableLine } from "./backup-format.ts";
import { describeSchemas, describeTables, qualify } from "./describe-tables.ts";

const ROWS_AT_ONCE = 2_000;

export interface BackupSize {
  readonly tables: number;
  readonly rows: number;
}

/**
 * Writes what all tables hold at one moment, while others go on writing: a JSON object a line, in the format that
 * `restoreDatabase` reads on any PostgreSQL, bundled or not.
 *
 * @param write - called with one or more lines; awaited, so that a slow disk holds the reading up
 * @param without - schemas that need no backup
 * @throws {DatabaseError} `DATABASE_BACKUP_UNSUPPORTED` for a database that an older version made and none has opened since
 */
export function backupDatabase(
  database: Database,
  write: (lines: string) => Promise<void>,
  { without = [], nowMs }: { readonly without?: readonly string[]; readonly nowMs: number },
): Promise<BackupSize> {
  return database.transaction(async (sql) => {
    await sql.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    const schemas = await describeSchemas(sql, without);
    for (const schema of schemas) requireRepeatable(schema);
    const createdAt = new Date(nowMs).toISOString();
    await write(line({ format: "ghost-backup", version: 1, createdAt }));
    for (const schema of schemas) await write(line(schema));
    const tables = await describeTables(
      sql,
      schemas.map(({ schema }) => schema),
    );
    let rows = 0;
    for (const table of tables) {
      await write(line(table));
      await writeRows(sql, table, write);
      rows += table.rowCount;
    }
    await write(line({ end: true, tables: tables.length, rows }));
    return { tables: tables.length, rows };
  });
}

/**
 * Rows stay text from the database to the file: no number passes through JavaScript. A line feed in JSON can only
 * stand between its parts, where a space does as well.
 */
async function writeRows(
  sql: Sql,
  { schemaOf, table, columns }: TableLine,
  write: (lines: string) => Promise<void>,
): Promise<void> {
  const names = columns.map(quoteIdentifier).join(", ");
  const place = qualify(schemaOf, table);
  await sql.query(
    `DECLARE backup NO SCROLL CURSOR FOR
     SELECT replace(row_to_json(one)::text, E'\\n', ' ') AS line FROM (SELECT ${names} FROM ${place}) one`,
  );
  for (;;) {
    const rows = await sql.query<{ line: string }>(`FETCH ${ROWS_AT_ONCE} FROM backup`);
    if (rows.length === 0) break;
    await write(`${rows.map((row) => row.line).join("\n")}\n`);
  }
  await sql.query("CLOSE backup");
}

function requireRepeatable({ schema, migrations }: SchemaLine): void {
  const unknown = migrations.find(({ sql }) => typeof sql !== "string");
  if (unknown === undefined) return;
  throw new DatabaseError(
    { code: "DATABASE_BACKUP_UNSUPPORTED", schema, migration: unknown.id },
    `${schema} was made by an older version, which did not keep its migrations: start this one on it once`,
  );
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
