import type { Sql } from "@ghostchain/database";
import type { Product } from "@ghostchain/product";
import { type ColumnKind, castsOf, isComparable, kindOf } from "./column-kind.ts";
import { GraphqlError } from "./graphql-error.ts";

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Of a parameter that it is compared with, one after the other. */
  readonly casts: readonly string[];
  readonly isArray: boolean;
  readonly notNull: boolean;
  readonly comment: string | undefined;
}

/** Columns of one table that name a row of another. */
export interface ForeignKey {
  readonly columns: readonly string[];
  readonly target: { readonly product: string; readonly table: string };
  readonly targetColumns: readonly string[];
  /** At most one row of this table names the same row. */
  readonly unique: boolean;
}

export interface Table {
  readonly product: string;
  readonly name: string;
  readonly comment: string | undefined;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly ForeignKey[];
  /** Columns that an index of the whole table begins with: filtering and ordering by them is cheap. */
  readonly indexed: ReadonlySet<string>;
}

/**
 * The listed tables of products, as they are in the database: what projections write, and nothing else.
 *
 * @throws {GraphqlError} `GRAPHQL_NOT_READY` when one is missing, `GRAPHQL_KEY_MISSING`
 */
export async function introspect(sql: Sql, products: readonly Product[]): Promise<Table[]> {
  const listed = products.flatMap(({ name, tables }) =>
    tables.map((table) => ({ product: name, table })),
  );
  const names = [listed.map(({ product }) => product), listed.map(({ table }) => table)];
  const tables = await sql.query<TableRow>(TABLES, names);
  const columns = await sql.query<ColumnRow>(COLUMNS, names);
  const keys = await sql.query<KeyRow>(FOREIGN_KEYS, names);
  return listed.map(({ product, table }) => {
    const found = tables.find((row) => row.schema === product && row.name === table);
    if (found === undefined) throw notReady(product, table);
    const columnsOf = columns.filter((row) => row.table === found.oid).map(toColumn);
    requireKey(found, columnsOf);
    return {
      ...{ product, name: table, primaryKey: found.primary_key },
      comment: describedBy(found.comment),
      indexed: new Set(found.indexed),
      columns: columnsOf,
      foreignKeys: [
        ...keys.filter((key) => key.table === found.oid).map((key) => toForeignKey(key, found)),
        ...declaredKeys(found.comment, product).map((key) => withUnique(key, found)),
      ],
    };
  });
}

function notReady(product: string, table: string): GraphqlError {
  return new GraphqlError(
    { code: "GRAPHQL_NOT_READY", status: 503 },
    `the table ${table} of ${product} is not there yet: the indexer makes it when it starts`,
  );
}

/** Pages are told apart by the key: one that cannot be compared by is none. */
function requireKey({ schema, name, primary_key: key }: TableRow, columns: Column[]): void {
  const usable = (column: Column) => isComparable(column.kind) && !column.isArray;
  const known = new Set(columns.filter(usable).map((column) => column.name));
  if (key.length > 0 && key.every((column) => known.has(column))) return;
  throw new GraphqlError(
    { code: "GRAPHQL_KEY_MISSING", table: `${schema}.${name}` },
    `${schema}.${name} needs a primary key of columns that can be compared, to be read in pages`,
  );
}

function toColumn(row: ColumnRow): Column {
  const scale = row.modifier < 0 ? undefined : (((row.modifier - 4) & 0x7ff) ^ 1024) - 1024;
  // an array of arrays has no list type that would say how deep it goes
  const kind = row.dimensions > 1 ? "other" : kindOf(row.type, row.is_enum, scale);
  return {
    ...{ name: row.name, kind, casts: castsOf(kind, row.type, row.full_type) },
    isArray: row.is_array && row.dimensions <= 1,
    notNull: row.not_null,
    comment: row.comment ?? undefined,
  };
}

function toForeignKey(row: KeyRow, table: TableRow): ForeignKey {
  const target = { product: row.target_schema, table: row.target_table };
  return withUnique({ columns: row.columns, target, targetColumns: row.target_columns }, table);
}

function withUnique(key: Omit<ForeignKey, "unique">, { uniques }: TableRow): ForeignKey {
  const named = key.columns.toSorted().join();
  return { ...key, unique: uniques.some((columns) => columns.toSorted().join() === named) };
}

const DECLARED = /^@foreignKey \(([\w, ]+)\) references (\w+) \(([\w, ]+)\)$/;

/**
 * References that the database does not check, as lines of the table's comment:
 * `@foreignKey (user_address) references users (address)`.
 */
function declaredKeys(comment: string | null, product: string): Omit<ForeignKey, "unique">[] {
  return (comment ?? "").split("\n").flatMap((line) => {
    const [, columns, table, targetColumns] = DECLARED.exec(line.trim()) ?? [];
    if (columns === undefined || table === undefined || targetColumns === undefined) return [];
    const split = (names: string) => names.split(",").map((name) => name.trim());
    const target = { product, table };
    return [{ columns: split(columns), target, targetColumns: split(targetColumns) }];
  });
}

/** What is left of a comment for people to read. */
function describedBy(comment: string | null): string | undefined {
  const lines = (comment ?? "").split("\n").filter((line) => !DECLARED.test(line.trim()));
  return lines.join("\n").trim() || undefined;
}

type TableRow = {
  oid: bigint;
  schema: string;
  name: string;
  comment: string | null;
  primary_key: string[];
  uniques: string[][];
  indexed: string[];
};
type ColumnRow = {
  table: bigint;
  name: string;
  type: string;
  full_type: string;
  is_enum: boolean;
  modifier: number;
  dimensions: number;
  is_array: boolean;
  not_null: boolean;
  comment: string | null;
};
type KeyRow = {
  table: bigint;
  columns: string[];
  target_schema: string;
  target_table: string;
  target_columns: string[];
};

const LISTED = `
  SELECT c.oid, n.nspname, c.relname
  FROM unnest($1::text[], $2::text[]) AS listed (schema, name)
  JOIN pg_namespace n ON n.nspname = listed.schema
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = listed.name AND c.relkind IN ('r', 'p')`;

/** Names of columns by number, in the order of the numbers. */
const named = (table: string, numbers: string) => `
  ARRAY(SELECT a.attname::text FROM unnest(${numbers}) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = k.number ORDER BY k.place)`;

const TABLES = `
  WITH listed AS (${LISTED})
  SELECT l.oid::bigint AS oid, l.nspname::text AS schema, l.relname::text AS name,
    obj_description(l.oid, 'pg_class') AS comment,
    coalesce((SELECT ${named("l.oid", "i.indkey")} FROM pg_index i
              WHERE i.indrelid = l.oid AND i.indisprimary), '{}') AS primary_key,
    coalesce((SELECT jsonb_agg(to_jsonb(${named("l.oid", "i.indkey")})) FROM pg_index i
              WHERE i.indrelid = l.oid AND i.indisunique AND i.indpred IS NULL
                AND i.indexprs IS NULL AND i.indnatts = i.indnkeyatts), '[]') AS uniques,
    ARRAY(SELECT DISTINCT a.attname::text FROM pg_index i
          JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam
          JOIN pg_attribute a ON a.attrelid = l.oid AND a.attnum = i.indkey[0]
          WHERE i.indrelid = l.oid AND i.indpred IS NULL AND m.amname = 'btree') AS indexed
  FROM listed l`;

/** A domain is what it is made of. */
const COLUMNS = `
  WITH RECURSIVE listed AS (${LISTED}), base AS (
    SELECT t.oid AS type, t.oid AS base, t.typbasetype AS next, t.typtypmod AS modifier FROM pg_type t
    UNION ALL
    SELECT b.type, t.oid, t.typbasetype, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE b.modifier END
    FROM base b JOIN pg_type t ON t.oid = b.next WHERE b.next <> 0
  )
  SELECT l.oid::bigint AS table, a.attname::text AS name, coalesce(e.typname, t.typname)::text AS type,
    format_type(coalesce(e.oid, t.oid), NULL) AS full_type,
    coalesce(e.typtype, t.typtype) = 'e' AS is_enum,
    CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE b.modifier END AS modifier,
    a.attndims::int AS dimensions, e.oid IS NOT NULL AS is_array, a.attnotnull AS not_null,
    col_description(l.oid, a.attnum) AS comment
  FROM listed l
  JOIN pg_attribute a ON a.attrelid = l.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN base b ON b.type = a.atttypid AND b.next = 0
  JOIN pg_type t ON t.oid = b.base
  LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
  ORDER BY l.oid, a.attnum`;

/** Between listed tables only. */
const FOREIGN_KEYS = `
  WITH listed AS (${LISTED})
  SELECT l.oid::bigint AS table, ${named("l.oid", "f.conkey")} AS columns,
    t.nspname::text AS target_schema, t.relname::text AS target_table,
    ${named("t.oid", "f.confkey")} AS target_columns
  FROM listed l JOIN pg_constraint f ON f.conrelid = l.oid AND f.contype = 'f'
  JOIN listed t ON t.oid = f.confrelid
  ORDER BY l.oid, f.conname`;
