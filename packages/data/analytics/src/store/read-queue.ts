import type { DuckDBConnection } from "@duckdb/node-api";
import { AnalyticsError } from "../analytics-error.ts";
import { type Cell, readRows } from "./duck-connection.ts";

/** One consistent view of a store. */
export interface StoreReader {
  /** @param texts - for `$1`, `$2`… */
  rows(sql: string, texts?: readonly string[]): Promise<Cell[][]>;
}

/** Beyond it whoever asks is told to come again. */
const WAITING_MAX = 64;

/** Questions to a store, one at a time, each in a transaction of its own and for a limited time. */
export class ReadQueue {
  readonly #connection: DuckDBConnection;
  readonly #timeoutMs: number;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closed = false;

  constructor(connection: DuckDBConnection, timeoutMs: number) {
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws {AnalyticsError} `ANALYTICS_BUSY`, `ANALYTICS_TIMEOUT`; else the library's own error */
  read<T>(work: (reader: StoreReader) => Promise<T>): Promise<T> {
    if (this.#closed || this.#waiting >= WAITING_MAX) return Promise.reject(busy());
    this.#waiting += 1;
    const answer = this.#last
      .then(() => this.#run(work))
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#last = answer.catch(() => {});
    return answer;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#connection.interrupt();
    await this.#last;
    this.#connection.closeSync();
  }

  async #run<T>(work: (reader: StoreReader) => Promise<T>): Promise<T> {
    if (this.#closed) throw busy();
    const connection = this.#connection;
    const timeout = setTimeout(() => connection.interrupt(), this.#timeoutMs);
    try {
      await connection.run("BEGIN");
      const value = await work({ rows: (sql, texts) => readRows(connection, sql, texts) });
      await connection.run("COMMIT");
      return value;
    } catch (error) {
      await connection.run("ROLLBACK").catch(() => {});
      throw this.#describe(error);
    } finally {
      clearTimeout(timeout);
    }
  }

  #describe(error: unknown): unknown {
    const text = error instanceof Error ? error.message : "";
    if (/out of memory/i.test(text)) return busy(error);
    if (!/interrupt/i.test(text)) return error;
    return new AnalyticsError(
      { code: "ANALYTICS_TIMEOUT", status: 503, retryAfterSeconds: 5 },
      `this took longer than ${this.#timeoutMs} ms: ask for less`,
      { cause: error },
    );
  }
}

function busy(cause?: unknown): AnalyticsError {
  return new AnalyticsError(
    { code: "ANALYTICS_BUSY", status: 503, retryAfterSeconds: 1 },
    "too much is asked at once: come again in a second",
    { cause },
  );
}
