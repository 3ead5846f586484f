import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@ghostchain/service";
import type pg from "pg";

export interface ConnectionHooks {
  /** A connection is there, the first or after one was lost; it counts once this resolves. */
  onConnected(client: pg.Client): Promise<void>;
  onNotification(channel: string, payload: string): void;
}

interface Opened {
  readonly client: pg.Client;
  readonly socket: Socket;
  /** Settles when the connection is lost or closed. */
  readonly lost: Promise<void>;
}

const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 1_000;
const QUERY_TIMEOUT_MS = 5_000;
const HEARTBEAT_MS = 10_000;
const END_GRACE_MS = 300;

/** One session of PostgreSQL that comes back by itself when it is lost. */
export class PostgresConnection {
  readonly #url: string;
  readonly #where: string;
  readonly #logger: Logger;
  readonly #hooks: ConnectionHooks;
  readonly #stopping = new AbortController();
  #open: Opened | undefined;
  #keeping: Promise<void> | undefined;

  /** @param where - `url` as it may be shown */
  constructor(url: string, where: string, logger: Logger, hooks: ConnectionHooks) {
    this.#url = url;
    this.#where = where;
    this.#logger = logger;
    this.#hooks = hooks;
  }

  /** The session that is there now. */
  get client(): pg.Client | undefined {
    return this.#open?.client;
  }

  /** Resolves at the first connection, however many attempts it takes; rejects where more would not help. */
  async start(signal: AbortSignal, onRefused: (error: unknown) => void): Promise<void> {
    const either = AbortSignal.any([signal, this.#stopping.signal]);
    for (let waitMs = RETRY_MIN_MS; ; waitMs = Math.min(2 * waitMs, RETRY_MAX_MS)) {
      either.throwIfAborted();
      try {
        this.#keeping = this.#keep(await this.#connect());
        return;
      } catch (error) {
        onRefused(error);
        if (isFinal(error)) throw error;
        await sleep(waitMs, undefined, { signal: either });
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await close(this.#open);
    await this.#keeping;
  }

  /** Breaks a session that does not answer, so that another takes its place. */
  drop(): void {
    this.#open?.socket.destroy();
  }

  async #connect(): Promise<Opened> {
    // loaded only where it is used: whoever has no server should not pay for its client
    const { default: postgres } = await import("pg");
    const socket = new Socket();
    const client = new postgres.Client({
      connectionString: this.#url,
      application_name: "ghostchain event-bus",
      connectionTimeoutMillis: QUERY_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      stream: () => socket,
    });
    const lost = new Promise<void>((resolve) => {
      client.once("end", resolve);
      client.on("error", (error) => {
        this.#logger.debug({ err: error, where: this.#where }, "connection to PostgreSQL failed");
        socket.destroy();
        resolve();
      });
    });
    client.on("notification", ({ channel, payload = "" }) =>
      this.#hooks.onNotification(channel, payload),
    );
    const opened = { client, socket, lost };
    try {
      await client.connect();
      // A lost notification is read in the database: waiting for the disk would only delay those that are not.
      await client.query("SET synchronous_commit = off");
      await this.#hooks.onConnected(client);
    } catch (error) {
      await close(opened);
      throw error;
    }
    if (this.#stopping.signal.aborted) await close(opened);
    this.#open = opened;
    return opened;
  }

  async #keep(first: Opened): Promise<void> {
    const { signal } = this.#stopping;
    for (let current: Opened | undefined = first; current; ) {
      const heart = setInterval(() => void this.#beat(), HEARTBEAT_MS);
      await current.lost;
      clearInterval(heart);
      this.#open = undefined;
      if (signal.aborted) return;
      this.#logger.warn({ where: this.#where }, "lost the connection to PostgreSQL");
      current = await this.#reconnect(signal);
    }
  }

  /** @returns undefined when it stops instead */
  async #reconnect(signal: AbortSignal): Promise<Opened | undefined> {
    for (let waitMs = RETRY_MIN_MS; ; waitMs = Math.min(2 * waitMs, RETRY_MAX_MS)) {
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return undefined;
      try {
        const opened = await this.#connect();
        this.#logger.info({ where: this.#where }, "connected to PostgreSQL again");
        return opened;
      } catch (error) {
        this.#logger.warn({ err: error, where: this.#where }, "no connection to PostgreSQL");
      }
    }
  }

  /** A connection that is half open looks like one on which nothing happens. */
  async #beat(): Promise<void> {
    await this.#open?.client.query("SELECT 1").catch(() => this.drop());
  }
}

/** A wrong password, user or database does not become right by waiting. */
function isFinal(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(28|3D)/.test(String(error.code));
}

async function close(opened: Opened | undefined): Promise<void> {
  if (!opened) return;
  const { client, socket } = opened;
  const cut = setTimeout(() => socket.destroy(), END_GRACE_MS);
  await client.end().catch(() => undefined);
  clearTimeout(cut);
  socket.destroy();
}
