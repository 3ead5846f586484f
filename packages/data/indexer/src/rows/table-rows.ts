import type { Row, Sql, SqlValue } from "@ghostchain/database";
import type { RowTable } from "@ghostchain/product";
import { type Entry, RowCache } from "./row-cache.ts";
import { rowExists, rowMalformed } from "./row-error.ts";
import { keyText, type TableShape, type Values } from "./table-shape.ts";

/** What a table needs of the store it is part of. */
export interface RowOwner {
  readonly sql: Sql;
  /** Sends every change of the product's tables that waits. */
  flush(): void;
  /** Forgets every row of the product's tables. */
  drop(): void;
  /** A change waits, in this table or another. */
  changed(): void;
}

/** Changes that wait, in the order in which their tables must see them. */
export interface Changes {
  readonly updated: readonly Change[];
  readonly inserted: readonly Values[];
  readonly deleted: readonly Values[];
}

export interface Change {
  readonly from: Values;
  readonly to: Values;
}

/**
 * The rows of one table in memory. What a program does to them is the same as if each step were a statement; the
 * table sees only what came of it.
 */
export class TableRows implements RowTable<Values> {
  readonly shape: TableShape;
  readonly #owner: RowOwner;
  readonly #cache: RowCache<Values>;
  readonly #select: string;
  /** Entries that differ from the table, in the order in which they came to. */
  readonly #dirty = new Map<string, Entry<Values>>();
  /** Of those, rows whose compared columns changed: a second change could not be told from the first. */
  readonly #compared = new Set<string>();
  #deletes = 0;
  /** Counts how often everything was forgotten. */
  #generation = 0;

  constructor(shape: TableShape, owner: RowOwner, cachedRows: number) {
    this.shape = shape;
    this.#owner = owner;
    this.#cache = new RowCache(cachedRows);
    this.#select = selectText(shape);
  }

  get waiting(): number {
    return this.#dirty.size;
  }

  async find(key: Values): Promise<Values | undefined> {
    return (await this.#entry(this.#key(key)))?.now;
  }

  insert(row: Values): void {
    const { values, exact } = this.#whole(row);
    const key = keyText(this.shape, values);
    const held = this.#cache.get(key);
    if (held?.now !== undefined) throw rowExists(this.shape, key.replaceAll("\0", ", "));
    this.#put(key, held, values, exact);
  }

  async upsert(row: Values, change?: (row: Values) => Values): Promise<Values> {
    const { values, exact } = this.#whole(row);
    const key = keyText(this.shape, values);
    const held = this.#held(key) ?? (await this.#load(key, this.#parts(values)));
    if (held?.now === undefined) return this.#put(key, held, values, exact);
    return this.#change(key, held, held.now, change === undefined ? row : change(held.now));
  }

  async update(
    key: Values,
    change: Values | ((row: Values) => Values),
  ): Promise<Values | undefined> {
    const parts = this.#key(key);
    const text = keyText(this.shape, parts);
    const held = this.#held(text) ?? (await this.#load(text, parts));
    if (held?.now === undefined) return undefined;
    const changes = typeof change === "function" ? change(held.now) : change;
    return this.#change(text, held, held.now, changes);
  }

  async delete(key: Values): Promise<boolean> {
    const parts = this.#key(key);
    const text = keyText(this.shape, parts);
    const held = this.#held(text) ?? (await this.#load(text, parts));
    if (held?.now === undefined) return false;
    if (this.shape.cascades || this.#compared.has(text)) this.#owner.flush();
    held.now = undefined;
    held.reread = false;
    this.#cache.set(text, held);
    this.#dirty.set(text, held);
    this.#deletes += 1;
    this.#settle();
    if (this.shape.cascades) {
      this.#owner.flush();
      this.#owner.drop();
    }
    return true;
  }

  /** Hands over what waits: from here on it counts as stored. */
  take(): Changes {
    const updated: Change[] = [];
    const inserted: Values[] = [];
    const deleted: Values[] = [];
    for (const [key, entry] of this.#dirty) {
      const { now, stored } = entry;
      if (now === undefined) {
        if (stored !== undefined) deleted.push(stored);
      } else if (stored === undefined) inserted.push(now);
      else if (stored !== now) updated.push({ from: stored, to: now });
      entry.stored = now;
      if (entry.reread) this.#cache.forget(key);
    }
    this.#dirty.clear();
    this.#compared.clear();
    this.#deletes = 0;
    return { updated, inserted, deleted };
  }

  /** Lets go of rows that were not used lately. Nothing may wait. */
  trim(): void {
    this.#cache.trim();
  }

  /** Forgets all rows and what waits. `empty`: so is the table. */
  clear(how: { readonly empty: boolean }): void {
    this.#generation += 1;
    this.#dirty.clear();
    this.#compared.clear();
    this.#deletes = 0;
    this.#cache.clear({ complete: how.empty });
  }

  async #entry(parts: Values): Promise<Entry<Values> | undefined> {
    const key = keyText(this.shape, parts);
    return this.#held(key) ?? (await this.#load(key, parts));
  }

  /** As far as it can be told without asking. */
  #held(key: string): Entry<Values> | undefined {
    const held = this.#cache.get(key);
    if (held === undefined || !held.reread) return held;
    this.#owner.flush();
    return undefined;
  }

  async #load(key: string, parts: Values): Promise<Entry<Values> | undefined> {
    if (this.#cache.knowsAbsent(key)) return undefined;
    for (;;) {
      const generation = this.#generation;
      const values = this.shape.keys.map(({ name }) => parts[name] ?? null);
      const [found] = await this.#owner.sql.query<Row>(this.#select, values);
      // Someone else may have been at it meanwhile.
      const held = this.#held(key);
      if (held !== undefined) return held;
      if (generation !== this.#generation) continue;
      if (found === undefined) return undefined;
      const row = this.#fromTable(found);
      const entry = { now: row, stored: row, reread: false };
      this.#cache.set(key, entry);
      return entry;
    }
  }

  #put(key: string, held: Entry<Values> | undefined, values: Values, exact: boolean): Values {
    if (this.#mustFlushFor(key, held, values)) this.#owner.flush();
    const entry = held ?? { now: undefined, stored: undefined, reread: false };
    entry.now = values;
    entry.reread = !exact;
    this.#cache.set(key, entry);
    this.#dirty.set(key, entry);
    if (this.shape.compared.size > 0) this.#compared.add(key);
    this.#settle();
    return values;
  }

  /** Whether what waits must be written before this row is put where there is none. */
  #mustFlushFor(key: string, entry: Entry<Values> | undefined, values: Values): boolean {
    // The old row's columns must not live on where the new one leaves them to their defaults.
    const incomplete = this.shape.columns.some(({ name }) => values[name] === undefined);
    if (incomplete && entry?.stored !== undefined) return true;
    return this.shape.compared.size > 0 && (this.#deletes > 0 || this.#compared.has(key));
  }

  #change(key: string, entry: Entry<Values>, was: Values, change: Values): Values {
    const { values, exact, names } = this.#merged(was, change);
    if (names.length === 0) return was;
    const compares = names.some((name) => this.shape.compared.has(name));
    if (compares && (this.#deletes > 0 || this.#compared.has(key))) this.#owner.flush();
    entry.now = values;
    entry.reread ||= !exact;
    this.#cache.set(key, entry);
    if (compares) {
      this.#dirty.delete(key);
      this.#compared.add(key);
    }
    this.#dirty.set(key, entry);
    this.#settle();
    return values;
  }

  #settle(): void {
    this.#owner.changed();
    if (this.shape.strict) this.#owner.flush();
  }

  /** The row as it would be read back; a column that was left out is null, or missing when it has a default. */
  #whole(row: Values): { values: Values; exact: boolean } {
    const values: Record<string, SqlValue> = {};
    let exact = true;
    let given = 0;
    for (const column of this.shape.columns) {
      const value = row[column.name];
      if (value !== undefined) {
        given += 1;
        const held = this.#hold(column, value);
        values[column.name] = held.value;
        exact &&= held.exact;
      } else if (column.hasDefault) exact = false;
      else values[column.name] = null;
    }
    this.#requireKnown(row, given);
    for (const { name } of this.shape.keys)
      if (values[name] === undefined || values[name] === null)
        throw rowMalformed(this.shape, `a row needs its key column ${name}`);
    return { values, exact };
  }

  #merged(was: Values, change: Values): { values: Values; exact: boolean; names: string[] } {
    const values: Record<string, SqlValue> = { ...was };
    const names: string[] = [];
    let exact = true;
    for (const name of Object.keys(change)) {
      const value = change[name];
      if (value === undefined) continue;
      const column = this.shape.byName.get(name);
      if (column === undefined) throw this.#unknown(name);
      const held = this.#hold(column, value);
      const isKey = this.shape.keys.includes(column);
      // What was read may be more than its value shows.
      const isWhole = isKey || textOf(was, name) === undefined;
      if (held.exact && isWhole && isSame(held.value, was[name])) continue;
      if (isKey)
        throw rowMalformed(this.shape, `the key column ${name} of a row cannot be changed`);
      values[name] = held.value;
      names.push(name);
      exact &&= held.exact;
    }
    return { values: names.length === 0 ? was : keepTexts(values, was, names), exact, names };
  }

  #key(key: Values): Values {
    const names = Object.keys(key);
    for (const name of names)
      if (!this.shape.keys.some((column) => column.name === name))
        throw rowMalformed(this.shape, `${name} is not part of the primary key`);
    return this.#parts(key);
  }

  #parts(row: Values): Values {
    const parts: Record<string, SqlValue> = {};
    for (const column of this.shape.keys) {
      const value = row[column.name];
      if (value === undefined || value === null)
        throw rowMalformed(this.shape, `a key needs its column ${column.name}`);
      parts[column.name] = this.#hold(column, value).value;
    }
    return parts;
  }

  #hold(column: TableShape["columns"][number], value: SqlValue) {
    if (column.computed) throw rowMalformed(this.shape, `only PostgreSQL writes ${column.name}`);
    try {
      return column.hold(value);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw rowMalformed(this.shape, `column ${column.name}: ${reason}`);
    }
  }

  #requireKnown(row: Values, given: number): void {
    const names = Object.keys(row).filter((name) => row[name] !== undefined);
    const unknown =
      given === names.length ? undefined : names.find((n) => !this.shape.byName.has(n));
    if (unknown !== undefined) throw this.#unknown(unknown);
  }

  #unknown(name: string) {
    return rowMalformed(this.shape, `it has no column ${name}`);
  }

  #fromTable(found: Row): Values {
    const values: Record<string, SqlValue> = {};
    let texts: Record<string, string> | undefined;
    for (const [index, column] of this.shape.columns.entries()) {
      values[column.name] = found[`v${index}`] as SqlValue;
      const text = found[`t${index}`];
      if (typeof text === "string") {
        texts ??= {};
        texts[column.name] = text;
      }
    }
    if (texts !== undefined) TEXTS.set(values, texts);
    return values;
  }
}

/** How PostgreSQL wrote values that JavaScript cannot hold whole; they are written back so. */
const TEXTS = new WeakMap<Values, Readonly<Record<string, string>>>();

/** What to write back for an untouched column of a row that was read; undefined when its value is enough. */
export function textOf(values: Values, name: string): string | undefined {
  return TEXTS.get(values)?.[name];
}

function keepTexts(values: Values, was: Values, changed: readonly string[]): Values {
  const texts = TEXTS.get(was);
  if (texts === undefined) return values;
  const kept = { ...texts };
  for (const name of changed) delete kept[name];
  TEXTS.set(values, kept);
  return values;
}

function isSame(a: SqlValue, b: SqlValue | undefined): boolean {
  if (a === b) return true;
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime();
  return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
}

function selectText(shape: TableShape): string {
  const columns = shape.columns.flatMap(({ name, base, opaque }, index) => {
    const text = `"${name.replaceAll('"', '""')}"`;
    if (base === "date") return [`${text}::text AS v${index}`];
    return opaque
      ? [`${text} AS v${index}`, `${text}::text AS t${index}`]
      : [`${text} AS v${index}`];
  });
  const where = shape.keys.map(
    ({ name, base }, index) => `"${name.replaceAll('"', '""')}" = $${index + 1}::${base}`,
  );
  const [schema = "", table = ""] = [shape.product, shape.name];
  return `SELECT ${columns.join(", ")} FROM "${schema}"."${table}" WHERE ${where.join(" AND ")}`;
}
