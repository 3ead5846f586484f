import { awaitRedis, openRedis, type Redis, redisAddress } from "@ghostchain/redis";
import type { Logger } from "@ghostchain/service";
import type { EventBus, Unsubscribe } from "./event-bus.ts";
import { EventBusError } from "./event-bus-error.ts";
import { requireSize } from "./message-limit.ts";
import { Subscribers } from "./subscribers.ts";

export interface RedisBusSettings {
  /** `redis://[user:password@]host:6379[/db]`, `rediss://…` for TLS; Redis 7 or Dragonfly */
  readonly url: string;
  /** Before every channel's name, so that several deployments can share a server. Default `ghost:`. */
  readonly prefix?: string;
  /** How long `start` waits for a server that is not up yet. Default 5 s. */
  readonly connectTimeoutMs?: number;
}

/** Publish and subscribe of Redis, for services in several processes. */
export function createRedisBus(deps: { logger: Logger }, settings: RedisBusSettings): EventBus {
  return new RedisBus(deps.logger.child({ module: "event-bus" }), settings);
}

const PUBLISH_TIMEOUT_MS = 5_000;

class RedisBus implements EventBus {
  readonly name = "event-bus";
  readonly #url: string;
  readonly #where: string;
  readonly #prefix: string;
  readonly #connectTimeoutMs: number;
  readonly #logger: Logger;
  readonly #subscribers: Subscribers;
  #connections: { readonly publisher: Redis; readonly subscriber: Redis } | undefined;

  constructor(logger: Logger, settings: RedisBusSettings) {
    this.#url = settings.url;
    this.#where = redisAddress(settings.url, malformed);
    this.#prefix = settings.prefix ?? "ghost:";
    this.#connectTimeoutMs = settings.connectTimeoutMs ?? 5_000;
    this.#logger = logger;
    this.#subscribers = new Subscribers(logger);
  }

  async start(signal: AbortSignal): Promise<void> {
    const [publisher, subscriber] = await Promise.all([
      openRedis(this.#url, { commandTimeout: PUBLISH_TIMEOUT_MS }),
      openRedis(this.#url, { autoResubscribe: false }),
    ]);
    this.#connections = { publisher, subscriber };
    try {
      await Promise.all([publisher, subscriber].map((redis) => this.#connect(redis, signal)));
    } catch (error) {
      await this.stop();
      throw error;
    }
    subscriber.on("message", (channel: string, message: string) =>
      this.#subscribers.deliver(channel.slice(this.#prefix.length), message),
    );
    // Not at the first connection, only after one was lost.
    subscriber.on("ready", () => void this.#resubscribe(subscriber));
  }

  async stop(): Promise<void> {
    const connections = this.#connections;
    this.#connections = undefined;
    this.#subscribers.clear();
    connections?.publisher.disconnect();
    connections?.subscriber.disconnect();
  }

  async publish(channel: string, message: string): Promise<void> {
    const { publisher } = this.#open();
    requireSize(message);
    await publisher.publish(this.#prefix + channel, message).catch((error: unknown) => {
      throw this.#unreachable(error);
    });
  }

  async subscribe(channel: string, onMessage: (message: string) => void): Promise<Unsubscribe> {
    const { subscriber } = this.#open();
    const remove = this.#subscribers.add(channel, onMessage, () => {
      subscriber.unsubscribe(this.#prefix + channel).catch(() => {
        // The connection is gone; it comes back without this channel.
      });
    });
    try {
      await subscriber.subscribe(this.#prefix + channel);
      return remove;
    } catch (error) {
      remove();
      throw this.#unreachable(error);
    }
  }

  onGap(listener: () => void): Unsubscribe {
    return this.#subscribers.addGap(listener);
  }

  #connect(redis: Redis, signal: AbortSignal): Promise<void> {
    let wasThere = false;
    redis.once("ready", () => {
      wasThere = true;
    });
    redis.on("error", (error) => {
      // before the first connection `start` tells, and once
      const level = wasThere ? "warn" : "debug";
      this.#logger[level]({ err: error, where: this.#where }, "no connection to Redis");
    });
    const bounds = { signal, timeoutMs: this.#connectTimeoutMs };
    return awaitRedis(redis, bounds, (error) => this.#unreachable(error));
  }

  async #resubscribe(subscriber: Redis): Promise<void> {
    const channels = this.#subscribers.channels.map((channel) => this.#prefix + channel);
    try {
      if (channels.length > 0) await subscriber.subscribe(...channels);
      this.#logger.info({ where: this.#where }, "connected to Redis again");
      this.#subscribers.announceGap();
    } catch (error) {
      // The connection was lost once more; the next one tries again.
      this.#logger.warn({ err: error, where: this.#where }, "could not subscribe again");
    }
  }

  #open(): { readonly publisher: Redis; readonly subscriber: Redis } {
    if (this.#connections) return this.#connections;
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

function malformed(reason: string): EventBusError {
  return new EventBusError(
    { code: "EVENT_BUS_URL_MALFORMED", reason },
    `the Redis URL must look like redis://user:password@host:6379 (${reason})`,
  );
}
