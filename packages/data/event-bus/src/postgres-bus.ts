import { createHash, randomBytes } from "node:crypto";
import type { Logger } from "@ghostchain/service";
import type pg from "pg";
import type { EventBus, Unsubscribe } from "./event-bus.ts";
import { EventBusError } from "./event-bus-error.ts";
import { requireSize } from "./message-limit.ts";
import { MessageJoiner, splitMessage } from "./notify-payload.ts";
import { PostgresConnection } from "./postgres-connection.ts";
import { Subscribers } from "./subscribers.ts";

export interface PostgresBusSettings {
  /** `postgres://user:password@host:5432/database`; sessions must be real: no pooler in transaction mode */
  readonly url: string;
  /** Before every channel's name. Channels are those of one database. Default `ghost:`. */
  readonly prefix?: string;
  /** How long `start` waits for a server that is not up yet. Default 5 s. */
  readonly connectTimeoutMs?: number;
}

/** LISTEN and NOTIFY of PostgreSQL, for services in several processes that have no Redis. */
export function createPostgresBus(
  deps: { logger: Logger },
  settings: PostgresBusSettings,
): EventBus {
  return new PostgresBus(deps.logger.child({ module: "event-bus" }), settings);
}

/** Payloads of one statement, and those that may wait for it. */
const BATCH_PAYLOADS = 512;
const WAITING_MAX_PAYLOADS = 8 * BATCH_PAYLOADS;

interface Waiting {
  readonly channel: string;
  readonly payloads: readonly string[];
  resolve(): void;
  reject(error: EventBusError): void;
}

interface Listening {
  readonly channel: string;
  joiner: MessageJoiner;
  /** Who listens or is about to. */
  users: number;
}

class PostgresBus implements EventBus {
  readonly name = "event-bus";
  readonly #where: string;
  readonly #prefix: string;
  readonly #connectTimeoutMs: number;
  readonly #logger: Logger;
  readonly #subscribers: Subscribers;
  readonly #connection: PostgresConnection;
  readonly #sender = randomBytes(8).toString("hex");
  /** By PostgreSQL's name of the channel. */
  readonly #listening = new Map<string, Listening>();
  #sent = 0;
  #waiting: Waiting[] = [];
  #waitingPayloads = 0;
  #publishing = false;
  #state: "new" | "started" | "stopped" = "new";

  constructor(logger: Logger, settings: PostgresBusSettings) {
    this.#where = describeUrl(settings.url);
    this.#prefix = settings.prefix ?? "ghost:";
    this.#connectTimeoutMs = settings.connectTimeoutMs ?? 5_000;
    this.#logger = logger;
    this.#subscribers = new Subscribers(logger);
    this.#connection = new PostgresConnection(settings.url, this.#where, logger, {
      onConnected: (client) => this.#onConnected(client),
      onNotification: (channel, payload) => this.#onNotification(channel, payload),
    });
  }

  async start(signal: AbortSignal): Promise<void> {
    const late = AbortSignal.timeout(this.#connectTimeoutMs);
    let refused: unknown = new Error("no answer");
    try {
      await this.#connection.start(AbortSignal.any([signal, late]), (error) => {
        refused = error;
      });
    } catch {
      await this.stop();
      throw signal.aborted ? signal.reason : this.#unreachable(refused);
    }
    this.#state = "started";
  }

  async stop(): Promise<void> {
    this.#state = "stopped";
    this.#subscribers.clear();
    this.#listening.clear();
    await this.#connection.stop();
  }

  async publish(channel: string, message: string): Promise<void> {
    this.#requireStarted();
    requireSize(message);
    if (!this.#connection.client) throw this.#unreachable(new Error("not connected"));
    const payloads = splitMessage(message, this.#sender, ++this.#sent);
    if (this.#waitingPayloads + payloads.length > WAITING_MAX_PAYLOADS) {
      throw this.#unreachable(new Error("it takes less than is published"));
    }
    this.#waitingPayloads += payloads.length;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ channel: this.#nameOf(channel), payloads, resolve, reject });
      if (!this.#publishing) void this.#publishAll();
    });
  }

  async subscribe(channel: string, onMessage: (message: string) => void): Promise<Unsubscribe> {
    this.#requireStarted();
    const name = this.#nameOf(channel);
    const listening = this.#listening.get(name) ?? {
      ...{ channel, joiner: new MessageJoiner(), users: 0 },
    };
    this.#listening.set(name, listening);
    listening.users += 1;
    try {
      return await this.#listen(name, () => {
        const remove = this.#subscribers.add(channel, onMessage);
        let hasLeft = false;
        return () => {
          if (hasLeft) return;
          hasLeft = true;
          remove();
          this.#leave(name, listening);
        };
      });
    } catch (error) {
      this.#leave(name, listening);
      throw this.#unreachable(error);
    }
  }

  onGap(listener: () => void): Unsubscribe {
    return this.#subscribers.addGap(listener);
  }

  /** @param then - runs once PostgreSQL has answered, and before anything that it says later is read */
  #listen<T>(name: string, then: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const { client } = this.#connection;
      if (!client) throw new Error("not connected");
      void client.query(`LISTEN ${quote(name)}`, (error: Error | null) => {
        if (error) reject(error);
        else resolve(then());
      });
    });
  }

  #leave(name: string, listening: Listening): void {
    listening.users -= 1;
    if (listening.users > 0) return;
    this.#listening.delete(name);
    this.#connection.client?.query(`UNLISTEN ${quote(name)}`).catch(() => {
      // The connection is gone; it comes back without this channel.
    });
  }

  /** What is published while a statement is under way goes with the next one, so that a burst costs few of them. */
  async #publishAll(): Promise<void> {
    this.#publishing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      try {
        const { client } = this.#connection;
        if (!client) throw new Error("the connection was lost");
        const channels = batch.flatMap(({ channel, payloads }) => payloads.map(() => channel));
        await client.query({
          ...NOTIFY,
          values: [channels, batch.flatMap(({ payloads }) => payloads)],
        });
        for (const { resolve } of batch) resolve();
      } catch (error) {
        const unreachable = this.#unreachable(error);
        for (const { reject } of batch) reject(unreachable);
        // It may have been a timeout: an answer that comes later must not be taken for another's.
        this.#connection.drop();
      }
    }
    this.#publishing = false;
  }

  #takeBatch(): Waiting[] {
    let count = 0;
    let payloads = 0;
    for (const one of this.#waiting) {
      if (count > 0 && payloads + one.payloads.length > BATCH_PAYLOADS) break;
      count += 1;
      payloads += one.payloads.length;
    }
    this.#waitingPayloads -= payloads;
    return this.#waiting.splice(0, count);
  }

  async #onConnected(client: pg.Client): Promise<void> {
    for (const [name, listening] of this.#listening) {
      listening.joiner = new MessageJoiner();
      await client.query(`LISTEN ${quote(name)}`);
    }
    if (this.#state === "started") this.#subscribers.announceGap();
  }

  #onNotification(name: string, payload: string): void {
    const listening = this.#listening.get(name);
    const joined = listening?.joiner.push(payload);
    if (listening === undefined || joined === undefined || joined === "part") return;
    if (joined === "malformed") {
      this.#logger.warn({ channel: listening.channel }, "a notification cannot be read");
    } else {
      this.#subscribers.deliver(listening.channel, joined.message);
    }
  }

  /** PostgreSQL would cut a long name off. */
  #nameOf(channel: string): string {
    const name = this.#prefix + channel;
    if (Buffer.byteLength(name) <= NAME_MAX_BYTES) return name;
    return createHash("sha256").update(name).digest("hex").slice(0, NAME_MAX_BYTES);
  }

  #requireStarted(): void {
    if (this.#state === "started") return;
    throw new EventBusError({ code: "EVENT_BUS_NOT_STARTED", name: this.name });
  }

  #unreachable(error: unknown): EventBusError {
    const reason = error instanceof Error ? error.message : String(error);
    return new EventBusError(
      { code: "EVENT_BUS_UNREACHABLE", where: this.#where, reason },
      `the event bus at ${this.#where} cannot be reached: ${reason}`,
      { cause: error },
    );
  }
}

const NAME_MAX_BYTES = 63;

const NOTIFY = {
  name: "ghost_notify",
  text: `SELECT count(pg_notify(channel, payload)) FROM (
    SELECT channel, payload FROM unnest($1::text[], $2::text[])
      WITH ORDINALITY AS t (channel, payload, place)
    ORDER BY place) AS ordered`,
};

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function describeUrl(url: string): string {
  if (!URL.canParse(url)) throw malformed("not a URL");
  const { protocol, hostname, port, pathname } = new URL(url);
  if (!/^postgres(ql)?:$/.test(protocol)) throw malformed(`the scheme is ${protocol}`);
  return `${hostname || "localhost"}:${port || "5432"}${pathname}`;
}

function malformed(reason: string): EventBusError {
  return new EventBusError(
    { code: "EVENT_BUS_URL_MALFORMED", reason },
    `the database URL must look like postgres://user:password@host:5432/name (${reason})`,
  );
}
