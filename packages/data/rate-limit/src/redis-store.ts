import { awaitRedis, openRedis, type Redis, redisAddress } from "@ghostchain/redis";
import type { Logger } from "@ghostchain/service";
import { RateLimitError, unavailable } from "./rate-limit-error.ts";
import { CHANGE_SLOTS, COUNT_REQUESTS, type RedisScript } from "./redis-scripts.ts";
import type { CountAnswer, CountRequest, SharedStore, SlotRequest } from "./shared-store.ts";

export interface RedisSettings {
  /** `redis://[user:password@]host:6379[/db]`, `rediss://…` for TLS; Redis 7 or Dragonfly */
  readonly redisUrl: string;
  /** Before every key, so that several deployments can share a server. Default `ghost:limit:`. */
  readonly prefix?: string;
  /** How long `start` waits for a server that is not up yet. Default 5 s. */
  readonly connectTimeoutMs?: number;
}

/** Nothing is asked for longer, so that what was given up on leaves no command behind. */
const COMMAND_TIMEOUT_MS = 5_000;

/** Counts in Redis: one script a batch, keys that expire by themselves. */
export class RedisStore implements SharedStore {
  readonly where: string;
  readonly #settings: RedisSettings;
  readonly #prefix: string;
  readonly #logger: Logger;
  #redis: Redis | undefined;

  constructor(deps: { readonly logger: Logger }, settings: RedisSettings) {
    this.where = redisAddress(settings.redisUrl, malformed);
    this.#settings = settings;
    this.#prefix = settings.prefix ?? "ghost:limit:";
    this.#logger = deps.logger;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { redisUrl, connectTimeoutMs = 5_000 } = this.#settings;
    const redis = await openRedis(redisUrl, { commandTimeout: COMMAND_TIMEOUT_MS });
    this.#redis = redis;
    redis.on("error", (error) => {
      this.#logger.debug({ err: error, where: this.where }, "no connection to Redis");
    });
    try {
      const bounds = { signal, timeoutMs: connectTimeoutMs };
      await awaitRedis(redis, bounds, (error) => unavailable(this.where, error));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#redis?.disconnect();
    this.#redis = undefined;
  }

  async count(requests: readonly CountRequest[]): Promise<CountAnswer[]> {
    const flat = await this.#run(
      COUNT_REQUESTS,
      requests.map(({ id }) => id),
      requests.flatMap(({ wanted, limit, partMs }) => [wanted, limit, partMs * 1000]),
    );
    return requests.map((_, index) => {
      const [used = 0, granted = 0, retryAfterMs = 0] = flat.slice(3 * index, 3 * index + 3);
      return { used, granted, retryAfterMs };
    });
  }

  async changeSlots(requests: readonly SlotRequest[]): Promise<boolean[]> {
    const held = await this.#run(
      CHANGE_SLOTS,
      requests.map(({ id }) => id),
      requests.flatMap(({ kind, slot, limit, ttlMs }) => [
        kind === "take" ? 1 : 0,
        slot,
        limit,
        ttlMs,
      ]),
    );
    return held.map((one) => one === 1);
  }

  async #run(
    { text, sha1 }: RedisScript,
    ids: readonly string[],
    args: readonly (string | number)[],
  ): Promise<number[]> {
    const redis = this.#redis;
    if (!redis) throw new RateLimitError({ code: "RATE_LIMIT_NOT_STARTED", store: this.where });
    const keys = ids.map((id) => this.#prefix + id);
    const answer = await redis.evalsha(sha1, keys.length, ...keys, ...args).catch((error) => {
      // A server that was restarted, or never saw it, is told the script once more.
      if (!String(error).includes("NOSCRIPT")) throw error;
      return redis.eval(text, keys.length, ...keys, ...args);
    });
    if (Array.isArray(answer)) return answer.map(Number);
    throw new Error("Redis answered with no list");
  }
}

function malformed(reason: string): RateLimitError {
  return new RateLimitError(
    { code: "RATE_LIMIT_URL_MALFORMED", reason },
    `the Redis URL must look like redis://user:password@host:6379 (${reason})`,
  );
}
