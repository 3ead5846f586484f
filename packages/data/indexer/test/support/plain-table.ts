import type { Sql, SqlValue } from "@ghostchain/database";
import type { RowTable } from "@ghostchain/product";

type Values = Readonly<Record<string, SqlValue>>;

/** Each step of a row table as a statement of its own: what the row store must be the same as. */
export class PlainTable implements RowTable<Values> {
  readonly #sql: Sql;
  readonly #path: string;
  readonly #keys: readonly string[];
  readonly #dates: readonly string[];
  /** An insert is not waited for by the one who makes it. */
  pending: Promise<unknown> = Promise.resolve();

  constructor(sql: Sql, path: string, keys: readonly string[], dates: readonly string[] = []) {
    this.#sql = sql;
    this.#path = path;
    this.#keys = keys;
    this.#dates = dates;
  }

  async find(key: Values): Promise<Values | undefined> {
    const [row] = await this.#sql.query<Record<string, SqlValue>>(
      `SELECT ${["t.*", ...this.#dates.map((name) => `t.${name}::text AS ${name}`)].join(", ")}
       FROM ${this.#path} t WHERE ${this.#where()}`,
      this.#parts(key),
    );
    return row;
  }

  insert(row: Values): void {
    const names = Object.keys(row);
    this.pending = this.#sql.query(
      `INSERT INTO ${this.#path} (${names.join(", ")})
       VALUES (${names.map((_, i) => `$${i + 1}`).join(", ")})`,
      names.map((name) => row[name] ?? null),
    );
    this.pending.catch(() => {});
  }

  async upsert(row: Values, change?: (row: Values) => Values): Promise<Values> {
    const was = await this.find(row);
    if (was === undefined) {
      this.insert(row);
      await this.pending;
    } else await this.#set(row, change === undefined ? row : change(was));
    return (await this.find(row)) ?? {};
  }

  async update(key: Values, change: Values | ((row: Values) => Values)) {
    const was = await this.find(key);
    if (was === undefined) return undefined;
    await this.#set(key, typeof change === "function" ? change(was) : change);
    return this.find(key);
  }

  async delete(key: Values): Promise<boolean> {
    const gone = await this.#sql.query(
      `DELETE FROM ${this.#path} WHERE ${this.#where()} RETURNING 1`,
      this.#parts(key),
    );
    return gone.length > 0;
  }

  async #set(key: Values, change: Values): Promise<void> {
    const names = Object.keys(change);
    if (names.length === 0) return;
    const set = names.map((name, i) => `${name} = $${this.#keys.length + i + 1}`);
    await this.#sql.query(`UPDATE ${this.#path} SET ${set.join(", ")} WHERE ${this.#where()}`, [
      ...this.#parts(key),
      ...names.map((name) => change[name] ?? null),
    ]);
  }

  #where(): string {
    return this.#keys.map((name, i) => `${name} = $${i + 1}`).join(" AND ");
  }

  #parts(key: Values): SqlValue[] {
    return this.#keys.map((name) => key[name] ?? null);
  }
}
