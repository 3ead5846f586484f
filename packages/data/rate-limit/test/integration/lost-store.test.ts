import { Writable } from "node:stream";
import { createTestServerDatabase } from "@ghostchain/database/testing";
import { findRedis } from "@ghostchain/redis/testing";
import { createLogger, createMetrics, createSilentLogger } from "@ghostchain/service";
import { type Line, openLine } from "@ghostchain/tools/tcp-line";
import { afterAll, describe, expect, it } from "vitest";
import type { RateLimits, RateLimitsParts } from "../../src/rate-limits.ts";
import { freshPrefix, startDatabase, startLimits } from "./limits-stand.ts";

const UNAVAILABLE = { code: "RATE_LIMIT_UNAVAILABLE" };
const TIMES = { timeoutMs: 300, pauseMs: 100 };
const redisUrl = await findRedis();
const server = await createTestServerDatabase();
afterAll(() => server?.drop());

interface Stand {
  readonly limits: RateLimits;
  readonly line: Line;
  close(): Promise<void>;
}

async function overRedis(parts: Partial<RateLimitsParts>): Promise<Stand> {
  const { hostname, port } = new URL(redisUrl ?? "");
  const line = await openLine({ host: hostname, port: Number(port || 6379) });
  const store = { redisUrl: `redis://127.0.0.1:${line.port}`, prefix: freshPrefix() };
  const limits = await startLimits({ store, ...TIMES }, parts);
  return {
    limits,
    line,
    async close() {
      await limits.stop();
      await line.close();
    },
  };
}

async function overPostgres(parts: Partial<RateLimitsParts>): Promise<Stand> {
  const url = new URL(server?.url ?? "");
  const line = await openLine({ host: url.hostname, port: Number(url.port || 5432) });
  url.hostname = "127.0.0.1";
  url.port = String(line.port);
  const database = await startDatabase(url.href);
  const limits = await startLimits({ store: "database", ...TIMES }, { ...parts, database });
  return {
    limits,
    line,
    async close() {
      await limits.stop();
      await line.close();
      await database.stop();
    },
  };
}

const stands = [
  ...(redisUrl ? [["Redis", overRedis] as const] : []),
  ...(server ? [["PostgreSQL", overPostgres] as const] : []),
];

describe.each(stands)("a store that is lost (%s)", (_, open) => {
  it.each(["cut", "hang"] as const)(
    "says so within its time, then at once, and once in the log; and comes back: %s",
    async (how) => {
      const lines: string[] = [];
      const logger = createLogger({ level: "info", destination: writeTo(lines) });
      const metrics = createMetrics({ processMetrics: false });
      const { limits, line, close } = await open({ logger, metrics });
      const budget = limits.budget("lost", { limit: 10_000, windowMs: 60_000 });
      const slots = limits.slots("lost-slots", { limit: 5 });
      await budget.take("a");

      line[how]();
      const startedAt = performance.now();
      const all = Array.from({ length: 50 }, () => budget.take("a"));
      for (const taken of await Promise.allSettled(all)) {
        expect(taken).toMatchObject({ status: "rejected", reason: UNAVAILABLE });
      }
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      const repeatedAt = performance.now();
      await expect(budget.take("b")).rejects.toMatchObject(UNAVAILABLE);
      expect(performance.now() - repeatedAt).toBeLessThan(50);
      await expect(slots.take("ann", "1")).rejects.toMatchObject(UNAVAILABLE);

      line.mend();
      await expect
        .poll(() => budget.take("a").then(({ allowed }) => allowed, String), { timeout: 10_000 })
        .toBe(true);
      await expect.poll(() => slots.take("ann", "1").catch(String), { timeout: 10_000 }).toBe(true);
      const told = (text: string) => lines.filter((one) => one.includes(text)).length;
      expect(told('"ask":"count","msg":"the rate limit store is lost"')).toBe(1);
      expect(told('"ask":"count","msg":"the rate limit store is back"')).toBe(1);
      const figures = await metrics.metrics();
      const counted = /rate_limit_unavailable_total\{ask="count"\} (\d+)/.exec(figures)?.[1];
      expect(Number(counted)).toBeGreaterThanOrEqual(51);
      await close();
    },
  );
});

describe("a store that is not there", () => {
  it("is named at the start, without its password", async () => {
    const redisUrl = "redis://ghost:hunter2@127.0.0.1:1";
    const started = startLimits({ store: { redisUrl, connectTimeoutMs: 200 } });
    const error = await started.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "RATE_LIMIT_UNAVAILABLE",
      fault: { store: "127.0.0.1:1" },
    });
    expect(JSON.stringify(error) + String(error)).not.toContain("hunter2");
  });

  it.each(["http://localhost", "localhost", ""])("is refused by its URL: %j", async (url) => {
    await expect(startLimits({ store: { redisUrl: url } })).rejects.toMatchObject({
      code: "RATE_LIMIT_URL_MALFORMED",
    });
  });

  it("does not answer after it was stopped", async () => {
    if (!redisUrl) return;
    const limits = await startLimits(
      { store: { redisUrl, prefix: freshPrefix() }, ...TIMES },
      { logger: createSilentLogger() },
    );
    const budget = limits.budget("stopped", { limit: 1, windowMs: 1_000 });
    await limits.stop();
    await limits.stop();
    await expect(budget.take("a")).rejects.toMatchObject(UNAVAILABLE);
  });
});

function writeTo(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(chunk.toString());
      done();
    },
  });
}
