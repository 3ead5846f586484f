import type { Sql, SqlValue } from "@ghostchain/database";
import type { Product } from "@ghostchain/product";
import { IndexerError } from "../indexer-error.ts";
import { type Hold, holderOf, isKeyType, losesWhenRead } from "./column-value.ts";

interface ColumnShape {
  readonly name: string;
  /** As SQL writes it, without length or precision: what is longer must fail, not be cut. */
  readonly base: string;
  readonly hold: Hold;
  /** Left out of a row it is not simply null. */
  readonly hasDefault: boolean;
  /** Only PostgreSQL writes it. */
  readonly computed: boolean;
  /** Read as text too, to be written back as it was. */
  readonly opaque: boolean;
}

/** What a row store must know of a table. */
export interface TableShape {
  readonly product: string;
  readonly name: string;
  /** `schema.table` */
  readonly path: string;
  readonly columns: readonly ColumnShape[];
  readonly byName: ReadonlyMap<string, ColumnShape>;
  readonly keys: readonly ColumnShape[];
  /** Columns that a constraint other than the primary key compares between rows. */
  readonly compared: ReadonlySet<string>;
  /** A deleted row takes others along, or changes them. */
  readonly cascades: boolean;
  /** Rows may need one another in any order: each change is sent at once. */
  readonly strict: boolean;
}

/**
 * The product's listed tables, in the order they are listed.
 *
 * @throws {IndexerError} `INDEXER_TABLE_UNSUPPORTED`
 */
export async function readShapes(sql: Sql, product: Product): Promise<TableShape[]> {
  const references = await sql.query<Reference>(REFERENCES, [product.name, product.tables]);
  const shapes: TableShape[] = [];
  for (const name of product.tables) shapes.push(await readShape(sql, product, name, references));
  return shapes;
}

async function readShape(
  sql: Sql,
  product: Product,
  name: string,
  references: readonly Reference[],
): Promise<TableShape> {
  const found = await sql.query<ColumnRow>(COLUMNS, [product.name, name]);
  const compared = await sql.query<{ name: string }>(COMPARED, [product.name, name]);
  const columns = found.map(toColumn);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const keys = found.filter(({ key }) => key > 0).sort((a, b) => a.key - b.key);
  const odd = keys.find((key) => !isKeyType(key.base) || !key.deterministic);
  if (odd)
    throw new IndexerError(
      { code: "INDEXER_TABLE_UNSUPPORTED", product: product.name, table: name, column: odd.name },
      `product ${product.name}, table ${name}: a row cannot be held by its key ${odd.name}, which is ${odd.base}`,
    );
  const place = product.tables.indexOf(name);
  const awaits = references.filter(({ referrer }) => referrer === name);
  return {
    product: product.name,
    name,
    path: `${product.name}.${name}`,
    columns,
    byName,
    keys: keys.flatMap((key) => byName.get(key.name) ?? []),
    compared: new Set(compared.map((column) => column.name)),
    cascades: references.some(({ referenced, acts }) => referenced === name && acts),
    strict: awaits.some(({ referenced }) => product.tables.indexOf(referenced) >= place),
  };
}

/** The views of the product's schema: any of them may read its tables. */
export async function readViews(sql: Sql, product: Product): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(VIEWS, [product.name]);
  return rows.map(({ name }) => name);
}

/** A row of a plain object's fields. */
export type Values = Readonly<Record<string, SqlValue>>;

/** Names a row among those of its table. */
export function keyText(shape: TableShape, values: Values): string {
  const [only, ...more] = shape.keys;
  if (only === undefined) return "";
  if (more.length === 0) return partText(values[only.name]);
  return shape.keys.map((key) => partText(values[key.name])).join("\0");
}

function partText(value: SqlValue | undefined): string {
  if (typeof value === "string") return value;
  if (value instanceof Date) return value.toISOString();
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
}

type ColumnRow = {
  name: string;
  base: string;
  modifier: number;
  key: number;
  has_default: boolean;
  computed: boolean;
  deterministic: boolean;
};

type Reference = { referrer: string; referenced: string; acts: boolean };

function toColumn(row: ColumnRow): ColumnShape {
  const type = { base: row.base, limit: limitOf(row) };
  return {
    name: row.name,
    base: row.base,
    hold: holderOf(type),
    hasDefault: row.has_default,
    computed: row.computed,
    opaque: losesWhenRead(type),
  };
}

const MODIFIER_HEAD = 4;

/** As PostgreSQL packs it: a length, or precision and scale (eleven bits, signed). */
function limitOf({ base, modifier }: ColumnRow): number | undefined {
  if (modifier < MODIFIER_HEAD) return undefined;
  const value = modifier - MODIFIER_HEAD;
  return base === "numeric" ? ((value & 0x7ff) ^ 1024) - 1024 : value;
}

const COLUMNS = `
  SELECT a.attname AS name, format_type(a.atttypid, -1) AS base, a.atttypmod AS modifier,
    coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) AS key,
    a.atthasdef OR a.attidentity <> '' AS has_default,
    a.attgenerated <> '' OR a.attidentity = 'a' AS computed,
    coalesce(l.collisdeterministic, true) AS deterministic
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
  LEFT JOIN pg_collation l ON l.oid = a.attcollation
  WHERE c.relnamespace = to_regnamespace(quote_ident($1)) AND c.relname = $2 AND c.relkind IN ('r', 'p')
  ORDER BY a.attnum`;

/** Also of what its expressions and its predicate read. */
const COMPARED = `
  SELECT DISTINCT a.attname AS name
  FROM pg_class c
  JOIN pg_index i ON i.indrelid = c.oid AND NOT i.indisprimary AND (i.indisunique OR i.indisexclusion)
  LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
    AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
  JOIN pg_attribute a ON a.attrelid = c.oid
    AND (a.attnum = d.refobjsubid OR a.attnum = ANY (i.indkey::int2[])) AND a.attnum > 0
  WHERE c.relnamespace = to_regnamespace(quote_ident($1)) AND c.relname = $2`;

const VIEWS = `
  SELECT relname AS name FROM pg_class
  WHERE relnamespace = to_regnamespace(quote_ident($1)) AND relkind IN ('v', 'm')`;

const REFERENCES = `
  SELECT r.relname AS referrer, c.relname AS referenced, f.confdeltype NOT IN ('a', 'r') AS acts
  FROM pg_constraint f
  JOIN pg_class r ON r.oid = f.conrelid
  JOIN pg_class c ON c.oid = f.confrelid
  WHERE f.contype = 'f' AND c.relnamespace = r.relnamespace
    AND c.relnamespace = to_regnamespace(quote_ident($1)) AND c.relname = ANY ($2::text[])`;
