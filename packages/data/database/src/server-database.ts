import pg from "pg";
import { advisoryLock } from "./advisory-lock.ts";
import type { Database } from "./database.ts";
import { DatabaseError } from "./database-error.ts";
import { type Backend, type DatabaseDeps, PgDatabase } from "./pg-database.ts";
import { unreachable } from "./pg-errors.ts";
import { wireCopy } from "./wire-copy.ts";

export interface ServerSettings {
  /** `postgres://user:password@host:5432/database`; PostgreSQL 15 or later */
  readonly url: string;
  /** Connections at most; one more for each lease held. Default 10. */
  readonly poolSize?: number;
  /** How long `start` waits for a server that is not up yet. Default 5 s. */
  readonly connectTimeoutMs?: number;
}

/** A PostgreSQL server. Sessions must be real: no pooler in transaction mode between us and it. */
export function createServerDatabase(deps: DatabaseDeps, settings: ServerSettings): Database {
  const { poolSize = 10, connectTimeoutMs = 5_000 } = settings;
  const where = describeUrl(settings.url);
  const config: pg.ClientConfig = { ...SESSION, connectionString: settings.url };
  const backend: Backend = {
    kind: "server",
    where,
    async open(signal) {
      await waitUntilReachable(config, where, connectTimeoutMs, signal);
      await requireVersion(config, where);
      return {
        pool: { ...config, max: poolSize },
        pipelines: true,
        copyIn: wireCopy,
        lock: (name, aborted) => advisoryLock(config, where, name, aborted),
        close: async () => {},
      };
    },
  };
  return new PgDatabase(backend, deps);
}

/** Settings of every session on a real PostgreSQL: a lost or stuck client never holds locks for long. */
export const SESSION: pg.ClientConfig = {
  application_name: "ghostchain",
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  pipeline: true,
  statement_timeout: 120_000,
  idle_in_transaction_session_timeout: 120_000,
};

/** Host, port and database of a URL: what may be shown. */
function describeUrl(url: string): string {
  try {
    const { protocol, hostname, port, pathname } = new URL(url);
    if (!/^postgres(ql)?:$/.test(protocol)) throw new TypeError(`the scheme is ${protocol}`);
    return `${hostname || "localhost"}:${port || "5432"}${pathname}`;
  } catch (error) {
    const reason = error instanceof TypeError ? error.message : "not a URL";
    throw new DatabaseError(
      { code: "DATABASE_URL_MALFORMED", reason },
      `the database URL must look like postgres://user:password@host:5432/name (${reason})`,
    );
  }
}

const VERSION_MIN = 150_000;

async function requireVersion(config: pg.ClientConfig, where: string): Promise<void> {
  const client = new pg.Client(config);
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>(
      "SELECT current_setting('server_version_num') AS version",
    );
    const found = Number(rows[0]?.version);
    if (found >= VERSION_MIN) return;
    throw new DatabaseError(
      { code: "DATABASE_VERSION_UNSUPPORTED", where, found },
      `PostgreSQL at ${where} is version ${Math.floor(found / 10_000)}; 15 or later is needed`,
    );
  } finally {
    await client.end();
  }
}

const RETRY_MS = 100;

export async function waitUntilReachable(
  config: pg.ClientConfig,
  where: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const untilMs = Date.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      await probe({ ...config, connectionTimeoutMillis: Math.max(1, untilMs - Date.now()) });
      return;
    } catch (error) {
      if (isFinal(error) || Date.now() + RETRY_MS > untilMs) throw unreachable(error, where);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function probe(config: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(config);
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("SELECT 1");
  } finally {
    await client.end();
  }
}

/** A wrong password, user or database does not become right by waiting; a server starting up (57P03) does. */
function isFinal(error: unknown): boolean {
  const refused = error instanceof pg.DatabaseError && error.code !== "57P03";
  return refused || (error instanceof Error && "code" in error && error.code === "ENOTFOUND");
}
