import { createHash } from "node:crypto";
import { quoteIdentifier } from "./copy-rows.ts";
import type { Sql } from "./database.ts";
import { DatabaseError } from "./database-error.ts";

export interface Migration {
  /** Ordered by its text and never reused: `001-positions`. */
  readonly id: string;
  readonly sql: string;
}

/**
 * Brings `schema` up to date: makes it when missing and runs what has not run yet, in order, with
 * `search_path` set to it. Give it a transaction's `sql`: then it happens whole or not at all, and another
 * process that migrates at the same moment waits.
 *
 * @returns the ids that ran now
 * @throws {DatabaseError} `DATABASE_MIGRATION_EDITED`, `_UNKNOWN`, `_ORDER` or `_FAILED`
 */
export async function migrate(
  sql: Sql,
  schema: string,
  migrations: readonly Migration[],
): Promise<string[]> {
  requireOrder(schema, migrations);
  await sql.query("SELECT pg_advisory_xact_lock(hashtextextended('migrate', 0))", []);
  const quoted = quoteIdentifier(schema);
  await sql.query(`CREATE SCHEMA IF NOT EXISTS ${quoted}`);
  await sql.query(
    `CREATE TABLE IF NOT EXISTS ${quoted}.migration (
       id text PRIMARY KEY, checksum text NOT NULL, ran_at timestamptz NOT NULL DEFAULT now())`,
  );
  await keepTexts(sql, schema, migrations);
  const ran = await sql.query<{ id: string; checksum: string }>(
    `SELECT id, checksum FROM ${quoted}.migration`,
  );
  requireKnown(schema, migrations, ran);
  const done = new Set(ran.map((row) => row.id));
  const pending = migrations.filter((migration) => !done.has(migration.id));
  for (const migration of pending) await runOne(sql, schema, migration);
  return pending.map((migration) => migration.id);
}

/**
 * The migrations' texts are kept for backups; databases of older versions have none yet. Only then is the table
 * altered: that would wait for whoever reads it.
 */
async function keepTexts(
  sql: Sql,
  schema: string,
  migrations: readonly Migration[],
): Promise<void> {
  const table = `${quoteIdentifier(schema)}.migration`;
  const [kept] = await sql.query(
    `SELECT 1 FROM pg_attribute
     WHERE attrelid = $1::regclass AND attname = 'sql' AND NOT attisdropped`,
    [table],
  );
  if (kept) return;
  await sql.query(`ALTER TABLE ${table} ADD COLUMN sql text`);
  for (const migration of migrations)
    await sql.query(`UPDATE ${table} SET sql = $2 WHERE id = $1`, [migration.id, migration.sql]);
}

function requireOrder(schema: string, migrations: readonly Migration[]): void {
  for (const [index, migration] of migrations.entries()) {
    const before = migrations[index - 1];
    if (before === undefined || before.id < migration.id) continue;
    throw new DatabaseError(
      { code: "DATABASE_MIGRATION_ORDER", schema, id: migration.id },
      `migration ${migration.id} of ${schema} must come after ${before.id}: ids rise, as in 001-…, 002-…`,
    );
  }
}

/** What ran must be the beginning of what there is, unchanged. */
function requireKnown(
  schema: string,
  migrations: readonly Migration[],
  ran: readonly { id: string; checksum: string }[],
): void {
  const byId = new Map(migrations.map((migration) => [migration.id, migration]));
  for (const { id, checksum } of ran) {
    const migration = byId.get(id);
    if (migration === undefined)
      throw new DatabaseError(
        { code: "DATABASE_MIGRATION_UNKNOWN", schema, id },
        `${schema} was migrated by a newer program: it has ${id}, which this one does not know`,
      );
    if (checksumOf(migration) !== checksum)
      throw new DatabaseError(
        { code: "DATABASE_MIGRATION_EDITED", schema, id },
        `migration ${id} of ${schema} was edited after it ran: undo the edit and add a new migration`,
      );
  }
  const last = ran.reduce((latest, row) => (row.id > latest ? row.id : latest), "");
  const done = new Set(ran.map((row) => row.id));
  const skipped = migrations.find((migration) => migration.id < last && !done.has(migration.id));
  if (skipped)
    throw new DatabaseError(
      { code: "DATABASE_MIGRATION_ORDER", schema, id: skipped.id },
      `migration ${skipped.id} of ${schema} was added before ${last}, which already ran`,
    );
}

async function runOne(sql: Sql, schema: string, migration: Migration): Promise<void> {
  const path = quoteIdentifier(schema);
  try {
    await sql.query(`SET LOCAL search_path TO ${path}`);
    await sql.query(migration.sql);
    await sql.query("SET LOCAL search_path TO DEFAULT");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseError(
      { code: "DATABASE_MIGRATION_FAILED", schema, id: migration.id, reason },
      `migration ${migration.id} of ${schema} failed: ${reason}`,
      { cause: error },
    );
  }
  await sql.query(`INSERT INTO ${path}.migration (id, checksum, sql) VALUES ($1, $2, $3)`, [
    migration.id,
    checksumOf(migration),
    migration.sql,
  ]);
}

function checksumOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql).digest("hex");
}
