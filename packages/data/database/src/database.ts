import type { Service } from "@ghostchain/service";

export type SqlValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Uint8Array
  | readonly SqlValue[]
  | object;

export type Row = Record<string, unknown>;

export interface QueryOptions {
  /** Default true. */
  readonly prepare?: boolean;
}

/** Where statements run: the database itself (each alone), or one transaction. */
export interface Sql {
  /**
   * One statement of PostgreSQL 15, with `$1`, `$2`… for its parameters. `NUMERIC` and `BIGINT` (so also
   * `count(*)`) come back as `bigint` (a `NUMERIC` with a fraction as string), `TIMESTAMPTZ` as `Date`, `JSONB`
   * parsed, `BYTEA` as `Uint8Array`. As a parameter an object is JSON and an array is a PostgreSQL array.
   *
   * With parameters, even `[]`, the statement is prepared once a connection and kept: use it for what runs
   * often; with `prepare: false` it is not kept, for texts that come in many variants. Without parameters, `text`
   * may hold several statements; the rows are those of the last. Statements of one transaction that are not
   * awaited one by one travel together and run in the order they were given.
   *
   * @throws {DatabaseError} `DATABASE_STATEMENT_FAILED`, `DATABASE_UNREACHABLE`, `DATABASE_BUSY`
   */
  query<R extends Row = Row>(
    text: string,
    parameters?: readonly SqlValue[],
    options?: QueryOptions,
  ): Promise<R[]>;
  /** Loads rows with COPY. Columns in the order given; `table` as `schema.table`. All of them or none. */
  copy(
    table: string,
    columns: readonly string[],
    rows: Iterable<readonly SqlValue[]>,
  ): Promise<void>;
}

export interface Database extends Service, Sql {
  readonly kind: "embedded" | "pglite" | "server";
  /** Commits what `work` did, or none of it when it throws. Serialization failures are not retried. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * Resolves with a lease on `name` that no one else holds, waiting for it until `signal` aborts. It ends with
   * `release`, with this process, or with the connection; then `lost` aborts.
   */
  lock(name: string, signal: AbortSignal): Promise<Lease>;
}

export interface Lease {
  readonly lost: AbortSignal;
  release(): Promise<void>;
}
