import { Redis } from "ioredis";

/** The URL of the Redis for tests; undefined where none answers, unless one was asked for or CI is set. */
export async function findRedis(): Promise<string | undefined> {
  const asked = process.env.TEST_REDIS_URL;
  const url = asked ?? "redis://127.0.0.1:6379";
  const probe = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  probe.on("error", () => {});
  try {
    await probe.connect();
    return url;
  } catch (error) {
    if (asked !== undefined || process.env.CI) throw error;
    return undefined;
  } finally {
    probe.disconnect();
  }
}
