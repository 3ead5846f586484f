import type { Logger, Metrics } from "@ghostchain/service";
import pg from "pg";
import type { Database, Lease, QueryOptions, Row, Sql, SqlValue } from "./database.ts";
import { DatabaseError } from "./database-error.ts";
import { createPoolMetrics, type PoolFigures } from "./metrics.ts";
import { ACQUIRE_TIMEOUT_MS, toDatabaseError } from "./pg-errors.ts";
import { type Dialect, PgSession } from "./pg-session.ts";
import { StatementNames } from "./statement-names.ts";
import { resultTypes } from "./values.ts";

/** A PostgreSQL that answers: how to reach it and how to let go of it. */
interface OpenBackend extends Omit<Dialect, "where"> {
  readonly pool: pg.PoolConfig;
  lock(name: string, signal: AbortSignal): Promise<Lease>;
  close(): Promise<void>;
}

/** Where a PostgreSQL comes from. */
export interface Backend {
  readonly kind: Database["kind"];
  /** For messages; never with a password. */
  readonly where: string;
  open(signal: AbortSignal): Promise<OpenBackend>;
}

export interface DatabaseDeps {
  readonly logger: Logger;
  /** Where figures of the pool are to be had; one database a registry. */
  readonly metrics?: Metrics;
}

interface Running {
  readonly pool: pg.Pool;
  readonly backend: OpenBackend;
}

/** The `Database` that every kind of backend shares: a bounded pool of connections over it. */
export class PgDatabase implements Database {
  readonly name = "database";
  readonly kind: Database["kind"];
  readonly #backend: Backend;
  readonly #logger: Logger;
  readonly #names = new StatementNames();
  #running: Running | undefined;

  constructor(backend: Backend, { logger, metrics }: DatabaseDeps) {
    this.kind = backend.kind;
    this.#backend = backend;
    this.#logger = logger;
    if (metrics) createPoolMetrics(metrics, this.#figures());
  }

  async start(signal: AbortSignal): Promise<void> {
    const backend = await this.#backend.open(signal);
    const pool = new pg.Pool({
      ...backend.pool,
      types: resultTypes,
      connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
    });
    pool.on("error", (error) => {
      // while we stop, a server of our own may end a connection before the pool has closed it
      if (!this.#running) return;
      this.#logger.warn({ err: error, where: this.#backend.where }, "idle connection lost");
    });
    this.#running = { pool, backend };
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    await running.pool.end();
    await running.backend.close();
  }

  async query<R extends Row = Row>(
    text: string,
    parameters?: readonly SqlValue[],
    options?: QueryOptions,
  ): Promise<R[]> {
    return this.#onOneConnection((session) => session.query<R>(text, parameters, options));
  }

  async copy(
    table: string,
    columns: readonly string[],
    rows: Iterable<readonly SqlValue[]>,
  ): Promise<void> {
    await this.#onOneConnection((session) => session.copy(table, columns, rows));
  }

  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#onOneConnection(async (session, discard) => {
      // Not awaited: it travels with the first statement.
      const begun = session.begin();
      begun.catch(() => {});
      try {
        const result = await work(session);
        await begun;
        await session.commit();
        return result;
      } catch (error) {
        await session.query("ROLLBACK").catch(discard);
        throw error;
      }
    });
  }

  lock(name: string, signal: AbortSignal): Promise<Lease> {
    return this.#open().backend.lock(name, signal);
  }

  /** `discard` says that the connection is not fit for another use. */
  async #onOneConnection<T>(
    use: (session: PgSession, discard: (reason: Error) => void) => Promise<T>,
  ): Promise<T> {
    const { pool, backend } = this.#open();
    const { pipelines, copyIn } = backend;
    const dialect = { where: this.#backend.where, pipelines, copyIn };
    const client = await pool.connect().catch((error: unknown) => {
      throw toDatabaseError(error, dialect.where, "");
    });
    let broken: Error | undefined;
    const discard = (reason: Error) => {
      broken = reason;
    };
    client.on("error", discard);
    try {
      return await use(new PgSession(client, this.#names, dialect), discard);
    } finally {
      client.off("error", discard);
      client.release(broken);
    }
  }

  /** All 0 while it is not started. */
  #figures(): PoolFigures {
    const pool = () => this.#running?.pool;
    return {
      used: () => (pool()?.totalCount ?? 0) - (pool()?.idleCount ?? 0),
      idle: () => pool()?.idleCount ?? 0,
      waiting: () => pool()?.waitingCount ?? 0,
      size: () => pool()?.options.max ?? 0,
    };
  }

  #open(): Running {
    if (this.#running) return this.#running;
    throw new DatabaseError({ code: "DATABASE_NOT_STARTED", name: this.kind });
  }
}
