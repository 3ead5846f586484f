import type { Row, Sql } from "@ghostchain/database";
import type { OrderStep, Place } from "./cursor.ts";
import { columnOf, type Model } from "./model.ts";
import { afterSql, orderSql } from "./page-sql.ts";
import { inTable, Statement } from "./statement.ts";
import { type Where, whereSql } from "./where.ts";

/** A row as PostgreSQL writes it: a text for each column, in their order. */
export type StoredRow = readonly (string | null | readonly (string | null)[])[];

/** Rows that some columns of the table are equal to these: of one parent, or of one key. */
export interface Anchor {
  readonly columns: readonly string[];
  /** Undefined where a part of it is null, which nothing is equal to. */
  readonly key: Key | undefined;
}

type Key = readonly string[];

/** Which rows of a table. */
export interface Selection {
  readonly model: Model;
  readonly where: Where | undefined;
  readonly order: readonly OrderStep[];
  readonly after: Place | undefined;
  readonly limit: number;
}

/** Reads rows for one operation. What is asked for by all rows of a level is read in one statement. */
export class RowLoader {
  readonly #sql: Sql;
  readonly #batches = new Map<string, Batch<unknown>>();
  /** Throws once there is no use in reading on. */
  readonly #check: () => void;

  constructor(sql: Sql, check: () => void) {
    this.#sql = sql;
    this.#check = check;
  }

  rows(selection: Selection, anchor?: Anchor): Promise<StoredRow[]> {
    if (anchor === undefined) return this.#rowsOfAll(selection);
    if (anchor.key === undefined) return Promise.resolve([]);
    return this.#batch(`rows ${idOf(selection, anchor)}`, anchor.key, (keys) =>
      this.#rowsOfKeys(selection, anchor.columns, keys),
    );
  }

  async count(selection: Selection, anchor?: Anchor): Promise<number> {
    const { model, where } = selection;
    const counted = { model, where, order: [], after: undefined, limit: 0 };
    if (anchor === undefined) {
      const statement = new Statement();
      const [row] = await this.#run(
        statement,
        `SELECT count(*) AS "count" FROM ${model.sqlName} t WHERE ${conditions(counted, statement)}`,
      );
      return Number(row?.count ?? 0);
    }
    if (anchor.key === undefined) return 0;
    return this.#batch(`count ${idOf(counted, anchor)}`, anchor.key, (keys) =>
      this.#countsOfKeys(counted, anchor.columns, keys),
    );
  }

  async #rowsOfAll(selection: Selection): Promise<StoredRow[]> {
    const statement = new Statement();
    const rows = await this.#run(
      statement,
      `SELECT ${selected(selection.model)} FROM ${selection.model.sqlName} t
       WHERE ${conditions(selection, statement)} ${pageSql(selection)}`,
    );
    return rows.map((row) => toStored(selection.model, row));
  }

  async #rowsOfKeys(
    selection: Selection,
    columns: readonly string[],
    keys: readonly Key[],
  ): Promise<StoredRow[][]> {
    const { model, order } = selection;
    const statement = new Statement();
    const rows = await this.#run(
      statement,
      `SELECT k.place::int AS place, page.* FROM ${keysSql(model, columns, keys, statement)}
       CROSS JOIN LATERAL (
         SELECT ${selected(model)}, row_number() OVER (ORDER BY ${orderSql(order)}) AS nth
         FROM ${model.sqlName} t
         WHERE ${equalSql(columns)} AND ${conditions(selection, statement)} ${pageSql(selection)}
       ) page ORDER BY k.place, page.nth`,
    );
    const found: StoredRow[][] = keys.map(() => []);
    for (const row of rows) found[Number(row.place) - 1]?.push(toStored(model, row));
    return found;
  }

  async #countsOfKeys(
    selection: Selection,
    columns: readonly string[],
    keys: readonly Key[],
  ): Promise<number[]> {
    const { model } = selection;
    const statement = new Statement();
    const rows = await this.#run(
      statement,
      `SELECT (SELECT count(*) FROM ${model.sqlName} t
               WHERE ${equalSql(columns)} AND ${conditions(selection, statement)}) AS "count"
       FROM ${keysSql(model, columns, keys, statement)} ORDER BY k.place`,
    );
    return rows.map((row) => Number(row.count));
  }

  #run(statement: Statement, text: string): Promise<Row[]> {
    this.#check();
    return statement.run(this.#sql, text);
  }

  #batch<V>(id: string, key: Key, read: (keys: readonly Key[]) => Promise<V[]>): Promise<V> {
    const open = this.#batches.get(id);
    if (open) return open.load(key) as Promise<V>;
    const batch = new Batch<V>(read, () => this.#batches.delete(id));
    this.#batches.set(id, batch);
    return batch.load(key);
  }
}

/** Keys of one question, gathered until nothing else is left to do before the answer. */
class Batch<V> {
  readonly #read: (keys: readonly Key[]) => Promise<V[]>;
  readonly #places = new Map<string, number>();
  readonly #keys: Key[] = [];
  readonly #answers: Promise<V[]>;

  constructor(read: (keys: readonly Key[]) => Promise<V[]>, closed: () => void) {
    this.#read = read;
    // rows of one level are resolved in promises' turns: the next turn of all comes after them
    this.#answers = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      closed();
      return this.#read(this.#keys);
    });
  }

  async load(key: Key): Promise<V> {
    const id = JSON.stringify(key);
    const place = this.#places.get(id) ?? this.#keys.push(key) - 1;
    this.#places.set(id, place);
    const answers = await this.#answers;
    const answer = answers[place];
    if (answer === undefined) throw new Error("a batch gave fewer answers than it had keys");
    return answer;
  }
}

/** What is asked, but for the key. */
function idOf({ model, where, order, after, limit }: Selection, { columns }: Anchor): string {
  const steps = order.map(({ column, descending }) => [column.name, descending]);
  return JSON.stringify([model.sqlName, columns, where, steps, after, limit]);
}

function conditions({ model, where, order, after }: Selection, statement: Statement): string {
  const filter = where === undefined ? "true" : whereSql(model, where, statement);
  const beyond = after === undefined ? "true" : afterSql(order, after, statement);
  return `(${filter}) AND (${beyond})`;
}

function pageSql({ order, limit }: Selection): string {
  return `ORDER BY ${orderSql(order)} LIMIT ${Math.trunc(limit)}`;
}

function keysSql(
  model: Model,
  columns: readonly string[],
  keys: readonly Key[],
  statement: Statement,
): string {
  const lists = columns.map((name, index) =>
    statement.values(
      columnOf(model, name),
      keys.map((key) => key[index] ?? ""),
    ),
  );
  const names = columns.map((_, index) => `k${index}`);
  return `unnest(${lists.join(", ")}) WITH ORDINALITY AS k (${names.join(", ")}, place)`;
}

function equalSql(columns: readonly string[]): string {
  return columns.map((name, index) => `${inTable({ name })} = k.k${index}`).join(" AND ");
}

function selected({ table }: Model): string {
  return table.columns
    .map((column, index) => {
      const text = column.isArray
        ? `to_json(${inTable(column)}::text[])`
        : `${inTable(column)}::text`;
      return `${text} AS c${index}`;
    })
    .join(", ");
}

function toStored({ table }: Model, row: Row): StoredRow {
  return table.columns.map((column, index) => {
    const value = row[`c${index}`];
    if (value === null || value === undefined) return null;
    if (!column.isArray) return String(value);
    return Array.isArray(value) ? value.map((item) => (item === null ? null : String(item))) : null;
  });
}

/** @returns null where the column is; an array is never asked for by it */
export function textOf({ table }: Model, row: StoredRow, name: string): string | null {
  const value = row[table.columns.findIndex((column) => column.name === name)];
  return typeof value === "string" ? value : null;
}
