import { createHash } from "node:crypto";
import { openRedis, type Redis, redisAddress } from "@ghostchain/redis";
import type { Logger } from "@ghostchain/service";
import type { AnswerStore } from "./answer-store.ts";
import { RpcProxyError } from "./rpc-proxy-error.ts";

export interface RedisStoreSettings {
  /** `redis://[user:password@]host:6379[/db]`, `rediss://…` for TLS; Redis 7 or Dragonfly */
  readonly url: string;
  /** Before every key, so that several deployments can share a server. Default `ghost:rpc:`. */
  readonly prefix?: string;
  /** How long an answer that nobody asks for is kept. Default a day. */
  readonly lifetimeMs?: number;
  /** The largest answer that is kept. Default 1 MiB. */
  readonly valueBytes?: number;
  /** How long one command may take; a cache that is slower than this is worth nothing. Default 250 ms. */
  readonly timeoutMs?: number;
}

/** Answers that several proxies share. */
export function createRedisStore(
  deps: {
    readonly logger: Logger;
    /** Told of each command that failed. */
    readonly onError?: () => void;
  },
  settings: RedisStoreSettings,
): AnswerStore {
  return new RedisStore(deps, settings);
}

const CONNECT_TIMEOUT_MS = 2_000;
const SCAN_KEYS = 1_000;

class RedisStore implements AnswerStore {
  readonly #logger: Logger;
  readonly #onError: () => void;
  readonly #settings: Required<RedisStoreSettings>;
  readonly #where: string;
  #redis: Redis | undefined;
  /** Said once, until it is there again. */
  #isLost = false;

  constructor(
    deps: { readonly logger: Logger; readonly onError?: () => void },
    settings: RedisStoreSettings,
  ) {
    this.#logger = deps.logger;
    this.#onError = deps.onError ?? (() => {});
    this.#where = redisAddress(settings.url, malformed);
    this.#settings = {
      prefix: "ghost:rpc:",
      lifetimeMs: 24 * 3_600_000,
      valueBytes: 1024 * 1024,
      timeoutMs: 250,
      ...settings,
    };
  }

  async start(signal: AbortSignal): Promise<void> {
    const { url, timeoutMs } = this.#settings;
    const redis = await openRedis(url, { commandTimeout: timeoutMs });
    this.#redis = redis;
    redis.on("error", (error) => this.#lose(error));
    redis.on("ready", () => {
      if (this.#isLost) this.#logger.info({ where: this.#where }, "the shared cache is back");
      this.#isLost = false;
    });
    await firstConnection(
      redis,
      AbortSignal.any([signal, AbortSignal.timeout(CONNECT_TIMEOUT_MS)]),
    );
    signal.throwIfAborted();
  }

  async stop(): Promise<void> {
    this.#redis?.disconnect();
    this.#redis = undefined;
  }

  async get(key: string): Promise<string | undefined> {
    return await this.#ask(async (redis) => (await redis.get(this.#name(key))) ?? undefined);
  }

  async set(key: string, text: string): Promise<void> {
    const { lifetimeMs, valueBytes } = this.#settings;
    if (Buffer.byteLength(text) > valueBytes) return;
    await this.#ask((redis) => redis.set(this.#name(key), text, "PX", lifetimeMs));
  }

  async clear(): Promise<void> {
    const { prefix } = this.#settings;
    await this.#ask(async (redis) => {
      let cursor = "0";
      do {
        const pattern = `${escapeGlob(prefix)}*`;
        const [next, keys] = await redis.scan(cursor, "MATCH", pattern, "COUNT", SCAN_KEYS);
        if (keys.length > 0) await redis.unlink(...keys);
        cursor = next;
      } while (cursor !== "0");
    });
  }

  /** A client chooses the key, so its length is made even. */
  #name(key: string): string {
    return this.#settings.prefix + createHash("sha256").update(key).digest("base64url");
  }

  async #ask<T>(command: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    if (this.#redis?.status !== "ready") return undefined;
    try {
      return await command(this.#redis);
    } catch (error) {
      this.#onError();
      this.#lose(error);
      return undefined;
    }
  }

  #lose(error: unknown): void {
    if (this.#isLost || this.#redis === undefined) return;
    this.#isLost = true;
    this.#logger.warn(
      { err: error, where: this.#where },
      "the shared cache cannot be reached: going on without it",
    );
  }
}

function firstConnection(redis: Redis, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener("abort", done);
      redis.off("ready", done);
      redis.off("error", done);
      resolve();
    };
    redis.once("ready", done);
    // it goes on trying, and nobody has to wait for it
    redis.once("error", done);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}

function malformed(reason: string): RpcProxyError {
  return new RpcProxyError({ code: "RPC_PROXY_STORE_URL_MALFORMED", reason });
}
