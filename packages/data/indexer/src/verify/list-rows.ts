import type { Sql } from "@ghostchain/database";
import { IndexerError } from "../indexer-error.ts";
import type { KeyedRow } from "./compare-rows.ts";

const PAGE_ROWS = 1_000;

/** So that two servers write the same value as the same text. For the rest of the transaction. */
export async function fixTextForms(sql: Sql): Promise<void> {
  await sql.query(
    `SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'postgres';
     SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'`,
  );
}

/**
 * A product's table as rows of text, in the order of their keys. Columns that number themselves are left out: which
 * number a row got says nothing of the chain.
 */
export async function* listTable(
  sql: Sql,
  product: string,
  table: string,
): AsyncGenerator<KeyedRow> {
  const columns = await sql.query<{ name: string; key: boolean; numbered: boolean }>(COLUMNS, [
    ...[product, table],
  ]);
  if (columns.length === 0)
    throw new IndexerError(
      { code: "INDEXER_TABLE_UNDOABLE", product, table, reason: "there is no such table" },
      `product ${product}, table ${table}: there is no such table`,
    );
  const told = columns.filter(({ numbered }) => !numbered);
  const keys = columns.filter(({ key }) => key);
  const rowText = textOf(told.map(({ name }) => name));
  const keyText = keys.some(({ numbered }) => numbered)
    ? rowText
    : textOf(keys.map(({ name }) => name));
  yield* listQuery(
    sql,
    `SELECT ${keyText} AS key, ${rowText} AS row FROM ${quote(product)}.${quote(table)}`,
  );
}

/** The events of a chain's feed that stand, told apart by block and place in it. */
export function listStanding(sql: Sql, chain: string): AsyncGenerator<KeyedRow> {
  return listQuery(
    sql,
    `SELECT lpad(block_number::text, 20, '0') || ':' || lpad((row_number() OVER
         (PARTITION BY block_number ORDER BY sequence_id))::text, 6, '0') AS key,
       ROW(block_hash, topics, event::text, subjects)::text AS row
     FROM feed.row WHERE chain = '${chain.replaceAll("'", "''")}' AND event IS NOT NULL AND retracted_by IS NULL`,
  );
}

/** The rows of `select`, which gives `key` and `row`, a page at a time. */
async function* listQuery(sql: Sql, select: string): AsyncGenerator<KeyedRow> {
  await sql.query(
    `DECLARE listed NO SCROLL CURSOR FOR
     SELECT key, row FROM (${select}) AS r ORDER BY key COLLATE "C", row COLLATE "C"`,
  );
  try {
    for (;;) {
      const rows = await sql.query<{ key: string; row: string }>(`FETCH ${PAGE_ROWS} FROM listed`);
      yield* rows;
      if (rows.length < PAGE_ROWS) return;
    }
  } finally {
    await sql.query("CLOSE listed");
  }
}

const COLUMNS = `
  SELECT a.attname AS name, coalesce(a.attnum = ANY (i.indkey::int2[]), false) AS key,
    a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false) AS numbered
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum AND a.attgenerated = ''
  WHERE c.relnamespace = to_regnamespace(quote_ident($1)) AND c.relname = $2 AND c.relkind IN ('r', 'p')
  ORDER BY a.attnum`;

function textOf(columns: readonly string[]): string {
  return `ROW(${columns.map(quote).join(", ")})::text`;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
