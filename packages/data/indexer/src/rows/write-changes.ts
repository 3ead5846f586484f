import { type Sql, type SqlValue, toSqlText } from "@ghostchain/database";
import { type Change, type Changes, textOf } from "./table-rows.ts";
import type { TableShape, Values } from "./table-shape.ts";

/** From so many rows on COPY is the faster way. */
const COPY_MIN_ROWS = 50;

type Send = (sent: Promise<unknown>) => void;

/** Sends rows that changed and rows that are new, in an order in which no two of them are in each other's way. */
export function sendPuts(sql: Sql, shape: TableShape, changes: Changes, send: Send): void {
  const { updated, inserted } = changes;
  if (updated.length > 0) send(sendUpdates(sql, shape, updated));
  for (const { names, rows } of bySignature(shape, inserted))
    send(
      rows.length >= COPY_MIN_ROWS
        ? sql.copy(shape.path, names, copyRows(rows, names))
        : sql.query(insertText(shape, names), columnsOf(shape, names, rows)),
    );
}

export function sendDeletes(sql: Sql, shape: TableShape, changes: Changes, send: Send): void {
  const { deleted } = changes;
  if (deleted.length === 0) return;
  const names = shape.keys.map(({ name }) => name);
  const where = names.map((name, i) => `t.${quote(name)} = r.c${i}::${baseOf(shape, name)}`);
  send(
    sql.query(
      `DELETE FROM ${pathOf(shape)} AS t USING ${rowSource(names)} WHERE ${where.join(" AND ")}`,
      columnsOf(shape, names, deleted),
    ),
  );
}

function sendUpdates(sql: Sql, shape: TableShape, updated: readonly Change[]): Promise<unknown> {
  const changed = shape.columns
    .filter(({ name }) => updated.some(({ from, to }) => from[name] !== to[name]))
    .map(({ name }) => name);
  if (changed.length === 0) return Promise.resolve();
  const rows = updated.map(({ to }) => to);
  // A row can be proposed whole only where all of it can be given.
  const names = shape.columns.map(({ name }) => name);
  if (shape.columns.every(({ computed }) => !computed))
    return sql.query(upsertText(shape, names, changed), columnsOf(shape, names, rows));
  const given = [...shape.keys.map(({ name }) => name), ...changed];
  return sql.query(updateText(shape, given, changed), columnsOf(shape, given, rows));
}

/**
 * Its plan is the same whatever is in the table: one look into the primary key's index for each row. An UPDATE that
 * joins would be planned once, when the table is small, and read all of it ever after.
 */
function upsertText(
  shape: TableShape,
  names: readonly string[],
  changed: readonly string[],
): string {
  const keys = shape.keys.map(({ name }) => quote(name)).join(", ");
  const set = changed.map((name) => `${quote(name)} = EXCLUDED.${quote(name)}`).join(", ");
  return `${insertText(shape, names)} ON CONFLICT (${keys}) DO UPDATE SET ${set}`;
}

function updateText(
  shape: TableShape,
  given: readonly string[],
  changed: readonly string[],
): string {
  const value = (name: string) => `r.c${given.indexOf(name)}::${baseOf(shape, name)}`;
  const set = changed.map((name) => `${quote(name)} = ${value(name)}`).join(", ");
  const where = shape.keys.map(({ name }) => `t.${quote(name)} = ${value(name)}`).join(" AND ");
  return `UPDATE ${pathOf(shape)} AS t SET ${set} FROM ${rowSource(given)} WHERE ${where}`;
}

function insertText(shape: TableShape, names: readonly string[]): string {
  const values = names.map((name, i) => `r.c${i}::${baseOf(shape, name)}`).join(", ");
  return `INSERT INTO ${pathOf(shape)} (${names.map(quote).join(", ")}) SELECT ${values} FROM ${rowSource(names)}`;
}

/** However many rows, the statement stays the same and is prepared once. */
function rowSource(names: readonly string[]): string {
  const parameters = names.map((_, i) => `$${i + 1}::text[]`).join(", ");
  return `unnest(${parameters}) AS r (${names.map((_, i) => `c${i}`).join(", ")})`;
}

/** A list for each column, as text. */
function columnsOf(
  shape: TableShape,
  names: readonly string[],
  rows: readonly Values[],
): (string | null)[][] {
  return names.map((name) => {
    const opaque = shape.byName.get(name)?.opaque ?? true;
    return rows.map((row) => {
      const text = opaque ? textOf(row, name) : undefined;
      return text ?? toSqlText(row[name] ?? null);
    });
  });
}

function* copyRows(rows: readonly Values[], names: readonly string[]): Generator<SqlValue[]> {
  for (const row of rows) yield names.map((name) => row[name] ?? null);
}

/** Rows that leave out the same columns, which then get their defaults. */
function bySignature(
  shape: TableShape,
  rows: readonly Values[],
): { names: readonly string[]; rows: readonly Values[] }[] {
  const all = shape.columns.filter(({ computed }) => !computed);
  if (rows.length === 0) return [];
  if (!all.some(({ hasDefault }) => hasDefault))
    return [{ names: all.map(({ name }) => name), rows }];
  const groups = Map.groupBy(rows, (row) =>
    all.map(({ name }) => (row[name] === undefined ? "0" : "1")).join(""),
  );
  return [...groups].map(([given, of]) => ({
    names: all.filter((_, i) => given[i] === "1").map(({ name }) => name),
    rows: of,
  }));
}

function baseOf(shape: TableShape, name: string): string {
  return shape.byName.get(name)?.base ?? "text";
}

function pathOf({ product, name }: TableShape): string {
  return `${quote(product)}.${quote(name)}`;
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
