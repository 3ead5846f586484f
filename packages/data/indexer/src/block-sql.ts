import type { Row, Sql, SqlValue } from "@ghostchain/database";
import type { BlockSql, Product, RowTable } from "@ghostchain/product";
import type { RowStore } from "./rows/row-store.ts";
import type { RowStores } from "./rows/row-stores.ts";
import { actFor, requireRowStatement } from "./store/product-guard.ts";

/** Answers that may be outstanding: beyond that, memory would grow with the block. */
const UNANSWERED_MAX = 1_000;

/** A transaction in which changes may be sent without waiting; `answered` says whether all of them worked. */
export class TransactionSql implements Sql {
  readonly #sql: Sql;
  #sent: Promise<unknown>[] = [];
  #blame: (error: unknown) => unknown = (error) => error;
  /** The product whose statements are sent now; empty for the platform. */
  #actor = "";

  private constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Runs `work`; when it fails, the reason is the first statement that did, waited for or not. */
  static async run<T>(sql: Sql, work: (sql: TransactionSql) => Promise<T>): Promise<T> {
    const own = new TransactionSql(sql);
    try {
      return await work(own);
    } catch (error) {
      await own.answered();
      throw error;
    }
  }

  query<R extends Row = Row>(text: string, parameters?: readonly SqlValue[]): Promise<R[]> {
    this.#act("");
    return this.#sql.query<R>(text, parameters);
  }

  copy(
    table: string,
    columns: readonly string[],
    rows: Iterable<readonly SqlValue[]>,
  ): Promise<void> {
    this.#act("");
    return this.#sql.copy(table, columns, rows);
  }

  /** The same transaction for a product: what it sends may change rows of its own schema alone. */
  as(product: string): Sql {
    return {
      // With parameters, be they none, a text is one statement.
      query: async <R extends Row>(text: string, parameters: readonly SqlValue[] = []) => {
        requireRowStatement(product, text);
        this.#act(product);
        return this.#sql.query<R>(text, parameters);
      },
      copy: async (table, columns, rows) => {
        this.#act(product);
        return this.#sql.copy(table, columns, rows);
      },
    };
  }

  /** Sends a product's statement, whose answer it does not wait for. */
  send(own: Sql, text: string, parameters: readonly SqlValue[]): void {
    const blame = this.#blame;
    this.later(
      own.query(text, parameters).catch((error: unknown) => {
        throw blame(error);
      }),
    );
  }

  #act(actor: string): void {
    if (actor === this.#actor) return;
    this.#actor = actor;
    this.later(actFor(this.#sql, actor));
  }

  /** From here on `blame` says whose fault a failure is: of what is sent, and of what is thrown. */
  async onBehalf<T>(blame: (error: unknown) => unknown, run: () => Promise<T>): Promise<T> {
    this.#blame = blame;
    try {
      return await run();
    } catch (error) {
      throw blame(error);
    }
  }

  /** Counts a statement that is on its way to those `answered` waits for. */
  later(sent: Promise<unknown>): void {
    sent.catch(() => {});
    this.#sent.push(sent);
  }

  /** Waits when too many answers are outstanding. */
  async drain(): Promise<void> {
    if (this.#sent.length > UNANSWERED_MAX) await this.answered();
  }

  /** @throws what the first of the statements that failed did */
  async answered(): Promise<void> {
    const sent = this.#sent;
    this.#sent = [];
    await Promise.all(sent);
  }
}

/** The transaction as one product sees it: its rows in memory, and SQL that knows of them. */
export class ProductSql implements BlockSql {
  readonly #sql: TransactionSql;
  readonly #own: Sql;
  readonly #rows: RowStores;
  readonly #store: RowStore;

  constructor(sql: TransactionSql, rows: RowStores, product: Product) {
    this.#sql = sql;
    this.#own = sql.as(product.name);
    this.#rows = rows;
    this.#store = rows.of(product);
  }

  table<R extends object>(name: string): RowTable<R> {
    // What the columns are is only known to the database, which the product's author describes by R.
    return this.#store.table(name) as unknown as RowTable<R>;
  }

  query<R extends Row = Row>(text: string, parameters?: readonly SqlValue[]): Promise<R[]> {
    return this.#raw(text, () => this.#own.query<R>(text, parameters));
  }

  copy(
    table: string,
    columns: readonly string[],
    rows: Iterable<readonly SqlValue[]>,
  ): Promise<void> {
    return this.#raw("COPY", () => this.#own.copy(table, columns, rows));
  }

  send(text: string, parameters: readonly SqlValue[]): void {
    this.#raw(text, () => this.#sql.send(this.#own, text, parameters));
  }

  /** It sees what waited to be written, and what it writes is seen. */
  #raw<T>(text: string, run: () => T): T {
    const reads = onlyReads(text, this.#store.product.name);
    if (!reads || this.#rows.areReadBy(text)) this.#rows.flush();
    const result = run();
    if (!reads) this.#store.drop();
    return result;
  }
}

/** In doubt it does not: a function of the product's own may write. */
export function onlyReads(text: string, product: string): boolean {
  if (!/^\s*(?:SELECT|WITH|VALUES|TABLE)\b/i.test(text) || text.includes(";")) return false;
  if (/\b(?:INSERT|UPDATE|DELETE|MERGE|INTO|CALL|TRUNCATE)\b/i.test(text)) return false;
  return !callsFunctionOf(text, product);
}

function callsFunctionOf(text: string, product: string): boolean {
  const schema = product.replaceAll("_", "[_]");
  return new RegExp(`\\b${schema}"?\\s*[.]\\s*"?\\w+"?\\s*[(]`, "i").test(text);
}
