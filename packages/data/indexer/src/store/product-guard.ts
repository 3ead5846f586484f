import { type Sql, sqlStateOf } from "@ghostchain/database";
import { IndexerError } from "../indexer-error.ts";

/**
 * Has every table of the database refuse changes on behalf of a product whose schema it is not in. A condition of a
 * trigger on the statement costs nothing that can be measured, and is the same in every kind of PostgreSQL. Tables
 * that are made later are guarded from the next start on.
 */
export async function guardTables(sql: Sql): Promise<void> {
  const tables = await sql.query<{ schema: string; name: string }>(UNGUARDED, []);
  for (const { schema, name } of tables) {
    const foreign = `current_setting('${ACTOR}', true) NOT IN ('', '${schema.replaceAll("'", "''")}')`;
    // Row triggers of ours write there what a product's statement changes; the product itself may not.
    const direct = schema === "indexer" && name === "undo" ? "AND pg_trigger_depth() = 0" : "";
    await sql.query(`
      CREATE TRIGGER ghost_guard BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${quote(schema)}.${quote(name)}
        FOR EACH STATEMENT WHEN (${foreign} ${direct}) EXECUTE FUNCTION indexer.refuse_trespass()`);
  }
}

/** From here to the end of the transaction statements are of this product; of the platform where it is empty. */
export function actFor(sql: Sql, product: string): Promise<unknown> {
  return sql.query(ACT, [product]);
}

/**
 * Runs a product's migrations, and refuses those that touched anything outside of its schema.
 *
 * @throws {IndexerError} `INDEXER_PRODUCT_TRESPASSED`
 */
export async function withinSchema(
  sql: Sql,
  product: string,
  run: () => Promise<readonly string[]>,
): Promise<void> {
  const before = await listForeign(sql, product);
  await actFor(sql, product);
  const ran = await run();
  await actFor(sql, "");
  if (ran.length === 0) return;
  const after = await listForeign(sql, product);
  for (const [key, { what, place, ours }] of after)
    if (ours && before.get(key)?.place !== place)
      throw trespassed(product, `its migrations change ${what}`);
  for (const [key, { what }] of before)
    if (!after.has(key)) throw trespassed(product, `its migrations remove ${what}`);
}

/** True for what a guarded table says to a product it does not belong to, and for a statement that was not sent. */
export function isTrespass(error: unknown): boolean {
  const refused = error instanceof IndexerError && error.code === "INDEXER_PRODUCT_TRESPASSED";
  return refused || sqlStateOf(error) === TRESPASS;
}

/**
 * What a projection may send: one statement, that reads or changes rows. Anything else could not be undone by a reorg,
 * or would end the transaction or the guard over it.
 *
 * @throws {IndexerError} `INDEXER_PRODUCT_TRESPASSED`
 */
export function requireRowStatement(product: string, text: string): void {
  if (ROW_STATEMENT.test(text) && !/set_config/i.test(text)) return;
  const begins = text.trim().slice(0, 40);
  throw trespassed(
    product,
    `only SELECT, INSERT, UPDATE, DELETE and MERGE may be sent, not: ${begins}`,
  );
}

function trespassed(product: string, reason: string): IndexerError {
  return new IndexerError(
    { code: "INDEXER_PRODUCT_TRESPASSED", product, reason },
    `product ${product}: ${reason}`,
  );
}

const ACTOR = "ghost.product";
const ACT = `SELECT set_config('${ACTOR}', $1, true)`;
/** Raised by `indexer.refuse_trespass()`. */
const TRESPASS = "GC001";
const ROW_STATEMENT =
  /^(?:\s|--[^\n]*\n|\/\*.*?\*\/)*(?:SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|VALUES|TABLE)\b/is;

const OTHER_SCHEMAS = `
  n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`;

const UNGUARDED = `
  SELECT n.nspname AS schema, c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND ${OTHER_SCHEMAS} AND NOT EXISTS (
    SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'ghost_guard')
  ORDER BY 1, 2`;

/** Tables, columns, triggers and functions of others, and where their descriptions are stored: they move when changed. */
const FOREIGN = `
  SELECT 'c' || c.oid AS key, n.nspname || '.' || c.relname AS what, c.ctid::text AS place,
    c.xmin = pg_current_xact_id()::xid AS ours
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname <> $1 AND ${OTHER_SCHEMAS}
  UNION ALL
  SELECT 'a' || a.attrelid || '.' || a.attnum, n.nspname || '.' || c.relname, a.ctid::text,
    a.xmin = pg_current_xact_id()::xid
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname <> $1 AND ${OTHER_SCHEMAS}
  UNION ALL
  SELECT 't' || t.oid, n.nspname || '.' || c.relname, t.ctid::text, t.xmin = pg_current_xact_id()::xid
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname <> $1 AND ${OTHER_SCHEMAS}
  UNION ALL
  SELECT 'p' || p.oid, n.nspname || '.' || p.proname, p.ctid::text, p.xmin = pg_current_xact_id()::xid
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname <> $1 AND ${OTHER_SCHEMAS}`;

async function listForeign(sql: Sql, product: string) {
  const rows = await sql.query<{ key: string; what: string; place: string; ours: boolean }>(
    FOREIGN,
    [product],
  );
  return new Map(rows.map((row) => [row.key, row]));
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
