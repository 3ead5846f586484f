import { chownSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@ghostchain/service";
import type pg from "pg";
import { advisoryLock } from "./advisory-lock.ts";
import type { Database } from "./database.ts";
import { DatabaseError } from "./database-error.ts";
import { holdDirectory, isHeld } from "./directory-holder.ts";
import { type Binaries, locateBinaries } from "./embedded/binaries.ts";
import { ensureCluster, SUPERUSER } from "./embedded/cluster.ts";
import { PostgresProcess } from "./embedded/postgres-process.ts";
import { retireOrphan } from "./embedded/retire-orphan.ts";
import { type RunAs, runAs } from "./embedded/run-as.ts";
import { type Backend, type DatabaseDeps, PgDatabase } from "./pg-database.ts";
import { SESSION, waitUntilReachable } from "./server-database.ts";
import { socketDirectory } from "./socket-directory.ts";
import { wireCopy } from "./wire-copy.ts";

export interface EmbeddedSettings {
  /** Made when missing. One process at a time. */
  readonly dataDir: string;
  /** Connections at most; one more for each lease held. Default 10. */
  readonly poolSize?: number;
}

/**
 * PostgreSQL's own server, as npm installs it, as a child process on a Unix socket: no installation, no port.
 * It is as durable as any PostgreSQL; killing this process loses nothing that was committed.
 */
export function createEmbeddedDatabase(deps: DatabaseDeps, settings: EmbeddedSettings): Database {
  const dataDir = resolve(settings.dataDir);
  const logger = deps.logger.child({ module: "database" });
  const backend: Backend = {
    kind: "embedded",
    where: dataDir,
    async open(signal) {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      const holder = await holdDirectory(dataDir);
      const server = new EmbeddedServer(dataDir, requireBinaries(), logger);
      try {
        await server.start(signal);
      } catch (error) {
        await server.stop();
        await holder.release();
        throw error;
      }
      return {
        pool: { ...server.session, max: settings.poolSize ?? 10 },
        pipelines: true,
        copyIn: wireCopy,
        lock: (name, aborted) => advisoryLock(server.session, dataDir, name, aborted),
        async close() {
          await server.stop();
          await holder.release();
        },
      };
    },
  };
  return new PgDatabase(backend, { ...deps, logger });
}

/**
 * The bundled PostgreSQL of a data directory, whether or not another process runs it just now: for tools that look at
 * what a running stack stores.
 *
 * @throws {DatabaseError} at `start`, `DATABASE_UNREACHABLE` when whoever holds the directory runs no PostgreSQL
 */
export async function reachEmbeddedDatabase(
  deps: DatabaseDeps,
  settings: EmbeddedSettings,
): Promise<Database> {
  const dataDir = resolve(settings.dataDir);
  if (!(await isHeld(dataDir))) return createEmbeddedDatabase(deps, settings);
  const session = sessionAt(socketDirectory(dataDir));
  const backend: Backend = {
    kind: "embedded",
    where: dataDir,
    async open(signal) {
      await waitUntilReachable(session, dataDir, ATTACH_TIMEOUT_MS, signal);
      return {
        pool: { ...session, max: settings.poolSize ?? 2 },
        pipelines: true,
        copyIn: wireCopy,
        lock: (name, aborted) => advisoryLock(session, dataDir, name, aborted),
        close: async () => {},
      };
    },
  };
  return new PgDatabase(backend, { ...deps, logger: deps.logger.child({ module: "database" }) });
}

function sessionAt(sockets: string): pg.ClientConfig {
  return { ...SESSION, host: sockets, user: SUPERUSER, database: "postgres" };
}

function requireBinaries(): Binaries {
  const binaries = locateBinaries();
  if (binaries) return binaries;
  const platform = `${process.platform}-${process.arch}`;
  throw new DatabaseError(
    { code: "DATABASE_BINARY_MISSING", platform },
    `there is no bundled PostgreSQL for ${platform}: set DATABASE_URL, or use PGlite`,
  );
}

const START_TIMEOUT_MS = 60_000;
const ATTACH_TIMEOUT_MS = 5_000;
/** With the pauses between them some quarter of an hour: long enough to free a full disk. */
const RESTARTS_MAX = 100;
const RESTART_DELAY_MS = 200;
const RESTART_DELAY_MAX_MS = 10_000;

/** Keeps the bundled server running until it is told to stop. */
class EmbeddedServer {
  readonly session: pg.ClientConfig;
  readonly #dataDir: string;
  readonly #binaries: Binaries;
  readonly #logger: Logger;
  readonly #as: RunAs = runAs();
  readonly #sockets: string;
  #process: PostgresProcess | undefined;
  readonly #stopping = new AbortController();

  constructor(dataDir: string, binaries: Binaries, logger: Logger) {
    this.#dataDir = dataDir;
    this.#binaries = binaries;
    this.#logger = logger;
    this.#sockets = socketDirectory(dataDir);
    this.session = sessionAt(this.#sockets);
  }

  async start(signal: AbortSignal): Promise<void> {
    const cluster = await ensureCluster(this.#dataDir, this.#binaries, this.#as, signal);
    if (this.#as.owner) chownSync(this.#sockets, this.#as.owner.uid, this.#as.owner.gid);
    await retireOrphan(cluster);
    await this.#launch(cluster, signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#process?.stop();
  }

  async #launch(cluster: string, signal: AbortSignal): Promise<void> {
    const launched = new PostgresProcess(
      { logger: this.#logger },
      this.#binaries.postgres,
      cluster,
      this.#sockets,
      this.#as,
    );
    this.#process = launched;
    const ended = new AbortController();
    void launched.exited.then(() => ended.abort());
    const either = AbortSignal.any([signal, ended.signal]);
    try {
      await waitUntilReachable(this.session, this.#dataDir, START_TIMEOUT_MS, either);
    } catch (error) {
      signal.throwIfAborted();
      const reason = launched.lastWords || String(error);
      throw new DatabaseError({ code: "DATABASE_START_FAILED", dataDir: this.#dataDir, reason });
    }
    void launched.exited.then(() => this.#revive(cluster));
  }

  /** It ended without being told to: killed for memory, or by hand. */
  async #revive(cluster: string): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 1; attempt <= RESTARTS_MAX && !signal.aborted; attempt++) {
      const lastWords = this.#process?.lastWords;
      this.#logger.error({ attempt, lastWords }, "the bundled PostgreSQL ended; starting it again");
      try {
        const delayMs = Math.min(RESTART_DELAY_MS * attempt, RESTART_DELAY_MAX_MS);
        await sleep(delayMs, undefined, { signal });
        await this.#launch(cluster, signal);
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#logger.error({ err: error }, "the bundled PostgreSQL did not start again");
      }
    }
  }
}
