import type { Redis, RedisOptions } from "ioredis";

export type { Redis };

export interface RedisSettings {
  /** In milliseconds; without it a command may take any time. */
  readonly commandTimeout?: number;
  /** False where the caller subscribes again by itself. Default true. */
  readonly autoResubscribe?: boolean;
}

const RECONNECT_MAX_MS = 1_000;

/** Nothing waits for a connection that is not there: what cannot be sent now fails now. */
const OPTIONS = {
  connectionName: "ghostchain",
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  keepAlive: 10_000,
  retryStrategy: (attempt: number) => Math.min(50 * attempt, RECONNECT_MAX_MS),
} satisfies RedisOptions;

/**
 * Begins to connect, and does so again whenever the connection is lost, until `disconnect()`. Whoever opens one listens
 * for "error".
 *
 * @param url - `redis://[user:password@]host:6379[/db]`, `rediss://…` for TLS; Redis 7 or Dragonfly
 */
export async function openRedis(url: string, settings: RedisSettings = {}): Promise<Redis> {
  // loaded only where there is a Redis: whoever has none should not pay for its client
  const ioredis = await import("ioredis");
  return new ioredis.Redis(url, { ...OPTIONS, ...settings });
}
