import { z } from "zod";
import { quoteIdentifier } from "../copy-rows.ts";
import type { Database, Sql } from "../database.ts";
import { DatabaseError } from "../database-error.ts";
import { migrate } from "../migrate.ts";
import type { BackupSize } from "./backup-database.ts";
import { endLine, headLine, schemaLine, type TableLine, tableLine } from "./backup-format.ts";
import { describeSchemas, qualify } from "./describe-tables.ts";

const BATCH_CHARACTERS = 1_000_000;

/**
 * Fills an empty database from a backup: all of it, or nothing.
 *
 * @param lines - of the backup, without their ends
 * @throws {DatabaseError} `DATABASE_NOT_EMPTY`, `DATABASE_BACKUP_INVALID` naming the line
 */
export function restoreDatabase(
  database: Database,
  lines: AsyncIterable<string>,
): Promise<BackupSize> {
  return database.transaction(async (sql) => {
    await requireEmpty(sql);
    const reader = new LineReader(lines);
    await reader.next(headLine, "the first line of a backup of this version");
    let entry = await reader.next(ANY_ENTRY, ENTRY);
    const size = { tables: 0, rows: 0 };
    for (; !("end" in entry); entry = await reader.next(ANY_ENTRY, ENTRY)) {
      if ("migrations" in entry) await migrate(sql, entry.schema, entry.migrations);
      else {
        await restoreTable(sql, entry, reader);
        size.tables += 1;
        size.rows += entry.rowCount;
      }
    }
    if (entry.tables !== size.tables || entry.rows !== size.rows)
      throw reader.invalid(`expected ${entry.tables} tables and ${entry.rows} rows`);
    return size;
  });
}

const ANY_ENTRY = z.union([schemaLine, tableLine, endLine]);
const ENTRY = "a schema, a table or the end";

async function requireEmpty(sql: Sql): Promise<void> {
  const schemas = (await describeSchemas(sql, [])).map(({ schema }) => schema);
  if (schemas.length === 0) return;
  throw new DatabaseError(
    { code: "DATABASE_NOT_EMPTY", schemas },
    `the database already holds ${schemas.join(", ")}: restore into an empty one`,
  );
}

async function restoreTable(sql: Sql, entry: TableLine, reader: LineReader): Promise<void> {
  const { schemaOf, table, columns, counters } = entry;
  const place = qualify(schemaOf, table);
  const names = columns.map(quoteIdentifier).join(", ");
  // what migrations put there is in the backup too
  await sql.query(`DELETE FROM ${place}`);
  const insert =
    `INSERT INTO ${place} (${names}) OVERRIDING SYSTEM VALUE ` +
    `SELECT ${names} FROM json_populate_recordset(NULL::${place}, $1::json)`;
  for (let left = entry.rowCount; left > 0; ) {
    const rows: string[] = [];
    for (let size = 0; left > 0 && size < BATCH_CHARACTERS; left--) {
      const row = await reader.nextText("a row");
      size += row.length;
      rows.push(row);
    }
    try {
      await sql.query(insert, [`[${rows.join(",")}]`]);
    } catch (error) {
      throw reader.invalid(`rows of ${schemaOf}.${table} were refused`, error);
    }
  }
  for (const { column, last } of counters)
    await sql.query("SELECT setval(pg_get_serial_sequence($1, $2), $3::bigint)", [
      place,
      column,
      last,
    ]);
}

/** Lines, counted, so that what is wrong can be found. */
class LineReader {
  readonly #lines: AsyncIterator<string>;
  #count = 0;

  constructor(lines: AsyncIterable<string>) {
    this.#lines = lines[Symbol.asyncIterator]();
  }

  async nextText(expected: string): Promise<string> {
    const { done, value } = await this.#lines.next();
    this.#count += 1;
    if (done) throw this.invalid(`it ends where ${expected} should be: it was cut short`);
    return value;
  }

  async next<S extends z.ZodType>(schema: S, expected: string): Promise<z.output<S>> {
    const text = await this.nextText(expected);
    try {
      const parsed = schema.safeParse(JSON.parse(text));
      if (parsed.success) return parsed.data;
    } catch {
      // said below
    }
    throw this.invalid(`expected ${expected}`);
  }

  invalid(reason: string, cause?: unknown): DatabaseError {
    return new DatabaseError(
      { code: "DATABASE_BACKUP_INVALID", line: this.#count, reason },
      `the backup cannot be used, line ${this.#count}: ${reason}`,
      { cause },
    );
  }
}
