import type { Row, Sql, SqlValue } from "@ghostchain/database";
import type { BlockSql } from "@ghostchain/product";

/** Answers that may be outstanding: beyond that, memory would grow with the block. */
const UNANSWERED_MAX = 1_000;

/** A transaction in which changes may be sent without waiting; `answered` says whether all of them worked. */
export class TransactionSql implements BlockSql {
  readonly #sql: Sql;
  #sent: Promise<unknown>[] = [];
  #blame: (error: unknown) => unknown = (error) => error;

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
    return this.#sql.query<R>(text, parameters);
  }

  copy(
    table: string,
    columns: readonly string[],
    rows: Iterable<readonly SqlValue[]>,
  ): Promise<void> {
    return this.#sql.copy(table, columns, rows);
  }

  send(text: string, parameters: readonly SqlValue[]): void {
    const blame = this.#blame;
    this.later(
      this.#sql.query(text, parameters).catch((error: unknown) => {
        throw blame(error);
      }),
    );
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
