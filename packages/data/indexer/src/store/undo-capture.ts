import type { Sql } from "@ghostchain/database";
import type { Product } from "@ghostchain/product";
import { IndexerError } from "../indexer-error.ts";

/**
 * Makes every change to a product's listed tables undoable: row triggers write down what was there before, whatever
 * SQL did it. They work only in a transaction that called `captureUndo`, so history pays nothing for them.
 *
 * @throws {IndexerError} `INDEXER_TABLE_UNDOABLE` naming the table and why
 */
export async function installUndo(sql: Sql, product: Product): Promise<void> {
  for (const name of product.tables) {
    const table = await inspect(sql, product, name);
    await sql.query(undoFunction(table));
    await sql.query(captureFunction(table));
    await sql.query(triggers(table));
  }
}

/** From here to the end of the transaction, or to the next call, changes belong to this block of this chain. */
export function captureUndo(sql: Sql, chain: number, block: bigint): Promise<unknown> {
  return sql.query(CAPTURE, [block.toString(), chain.toString()]);
}

const CAPTURE =
  "SELECT set_config('ghost.undo_block', $1, true), set_config('ghost.undo_chain', $2, true)";

/** Puts what blocks of this chain changed in listed tables back to where it was after `ancestor`. */
export async function undoAbove(sql: Sql, chain: number, ancestor: bigint): Promise<void> {
  await sql.query("SELECT indexer.undo_above($1::smallint, $2)", [chain, ancestor]);
}

type Column = {
  readonly name: string;
  readonly type: string;
  /** Position in the primary key from 1, or 0. */
  readonly key: number;
  readonly generated: boolean;
  /** `GENERATED ALWAYS AS IDENTITY`: may be inserted but never updated. */
  readonly fixed: boolean;
};

interface Table {
  readonly path: string;
  readonly undo: string;
  readonly capture: string;
  readonly columns: readonly Column[];
  readonly keys: readonly Column[];
}

async function inspect(sql: Sql, product: Product, name: string): Promise<Table> {
  const refuse = (reason: string) =>
    new IndexerError(
      { code: "INDEXER_TABLE_UNDOABLE", product: product.name, table: name, reason },
      `product ${product.name}, table ${name}: ${reason}`,
    );
  const columns = await sql.query<Column>(COLUMNS, [product.name, name]);
  if (columns.length === 0) throw refuse("its migrations make no such table");
  const keys = columns.filter((column) => column.key > 0).sort((a, b) => a.key - b.key);
  if (keys.length === 0) throw refuse("it has no primary key, so its rows cannot be told apart");
  const [referrer] = await sql.query<{ name: string }>(REFERRERS, [
    product.name,
    name,
    product.tables,
  ]);
  if (referrer)
    throw refuse(`${referrer.name} references it, which is not listed: a rebuild would break that`);
  const [trigger] = await sql.query<{ name: string }>(TRIGGERS, [product.name, name]);
  if (trigger) throw refuse(`its trigger ${trigger.name} would fire again when a change is undone`);
  return {
    path: `${quote(product.name)}.${quote(name)}`,
    undo: `${quote(product.name)}.${quote(`ghost_undo_${name}`)}`,
    capture: `${quote(product.name)}.${quote(`ghost_capture_${name}`)}`,
    columns,
    keys,
  };
}

const COLUMNS = `
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
    coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) AS key,
    a.attgenerated <> '' AS generated, a.attidentity = 'a' AS fixed
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
  WHERE c.relnamespace = to_regnamespace(quote_ident($1)) AND c.relname = $2 AND c.relkind IN ('r', 'p')
  ORDER BY a.attnum`;

const REFERRERS = `
  SELECT f.conrelid::regclass::text AS name FROM pg_constraint f
  JOIN pg_class c ON c.oid = f.confrelid
  JOIN pg_class r ON r.oid = f.conrelid
  WHERE f.contype = 'f' AND c.relnamespace = to_regnamespace(quote_ident($1)) AND c.relname = $2
    AND NOT (r.relnamespace = c.relnamespace AND r.relname = ANY($3::text[]))`;

const TRIGGERS = `
  SELECT t.tgname AS name FROM pg_trigger t
  WHERE t.tgrelid = to_regclass(quote_ident($1) || '.' || quote_ident($2))
    AND NOT t.tgisinternal AND t.tgname NOT LIKE 'ghost\\_%'`;

/** Takes back one change. Rows are kept as PostgreSQL writes them, so every type comes back exactly. */
function undoFunction(table: Table): string {
  const { path, keys, columns } = table;
  const stored = columns.filter((column) => !column.generated);
  const list = (of: readonly Column[]) => of.map((column) => quote(column.name)).join(", ");
  const fields = (of: readonly Column[]) =>
    of.map((column) => `(ghost_was).${quote(column.name)}`).join(", ");
  const settable = stored.filter((column) => !column.fixed);
  const where = keys
    .map((key, i) => `t.${quote(key.name)} = (ghost_key[${i + 1}])::${key.type}`)
    .join(" AND ");
  const update =
    settable.length === 0
      ? "NULL;"
      : `UPDATE ${path} AS t SET (${list(settable)}) = ROW(${fields(settable)}) WHERE ${where};`;
  return `
    CREATE OR REPLACE FUNCTION ${table.undo}(ghost_key text[], ghost_old text) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE ghost_was ${path} := ghost_old::${path};
    BEGIN
      IF ghost_old IS NULL THEN
        DELETE FROM ${path} AS t WHERE ${where};
      ELSIF ghost_key IS NULL THEN
        INSERT INTO ${path} (${list(stored)}) OVERRIDING SYSTEM VALUE VALUES (${fields(stored)});
      ELSE
        ${update}
      END IF;
    END $$`;
}

function captureFunction(table: Table): string {
  const key = `ARRAY[${table.keys.map((column) => `NEW.${quote(column.name)}::text`).join(", ")}]`;
  return `
    CREATE OR REPLACE FUNCTION ${table.capture}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO indexer.undo (chain, block_number, undoing, key, old) VALUES (
        current_setting('ghost.undo_chain')::smallint, current_setting('ghost.undo_block')::bigint,
        ${literal(table.undo)},
        CASE WHEN TG_OP <> 'DELETE' THEN ${key} END,
        CASE WHEN TG_OP <> 'INSERT' THEN OLD::text END);
      RETURN NULL;
    END $$`;
}

function triggers({ path, capture }: Table): string {
  const on = "WHEN (current_setting('ghost.undo_block', true) <> '')";
  return `
    CREATE OR REPLACE TRIGGER ghost_undo AFTER INSERT OR UPDATE OR DELETE ON ${path}
      FOR EACH ROW ${on} EXECUTE FUNCTION ${capture}();
    CREATE OR REPLACE TRIGGER ghost_undo_truncate BEFORE TRUNCATE ON ${path}
      FOR EACH STATEMENT ${on} EXECUTE FUNCTION indexer.refuse_truncate();`;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
