import { createServer } from "node:net";
import { findRedis } from "@ghostchain/redis/testing";
import { createLogger, createSilentLogger } from "@ghostchain/service";
import { openLine } from "@ghostchain/tools/tcp-line";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnswerStore } from "../../src/answer-store.ts";
import { MemoryStore } from "../../src/memory-store.ts";
import { createRedisStore } from "../../src/redis-store.ts";
import { until } from "../proxy-stand.ts";

const SIGNAL = AbortSignal.timeout(60_000);
const prefix = `ghost-test-${process.pid}-${Date.now()}:`;

/** What every store of answers must do. */
function describeAnswerStore(name: string, open: () => Promise<AnswerStore>): void {
  describe(`${name} as an AnswerStore`, () => {
    let store: AnswerStore;
    beforeAll(async () => {
      store = await open();
      await store.start(SIGNAL);
    });
    afterAll(() => store.stop());

    it("gives back what was set last, and nothing for what never was", async () => {
      expect(await store.get("absent")).toBeUndefined();
      await store.set("key", "1");
      await store.set("key", "2");
      expect(await store.get("key")).toBe("2");
    });

    it("keeps any text under any key", async () => {
      const text = fc.string({ unit: "binary", maxLength: 300 });
      await fc.assert(
        fc.asyncProperty(text, text, async (key, value) => {
          await store.set(key, value);
          expect(await store.get(key)).toBe(value);
        }),
        { numRuns: 50 },
      );
    });

    it("does not keep what is too large", async () => {
      await store.set("large", "x".repeat(300_000));
      expect(await store.get("large")).toBeUndefined();
    });

    it("forgets everything when told to", async () => {
      const keys = Array.from({ length: 1_500 }, (_, index) => `many ${index}`);
      await Promise.all(keys.map((key) => store.set(key, key)));
      await store.clear();
      const left = await Promise.all(keys.map((key) => store.get(key)));
      expect(left.filter((value) => value !== undefined)).toEqual([]);
    });

    it("has nothing once it is stopped, and does not mind being asked", async () => {
      await store.stop();
      await store.stop();
      await store.set("late", "x");
      expect(await store.get("late")).toBeUndefined();
      await store.clear();
    });
  });
}

describeAnswerStore("memory", async () => new MemoryStore(2_000_000));

describe("MemoryStore", () => {
  it("never holds more than its budget, and forgets what was used longest ago", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(20), fc.nat(200), fc.boolean()), { maxLength: 200 }),
        (steps) => {
          const store = new MemoryStore(4_000);
          for (const [key, size, isRead] of steps) {
            if (isRead) store.read(`${key}`);
            else store.write(`${key}`, "é".repeat(size));
            expect(store.bytes).toBeLessThanOrEqual(4_000);
          }
        },
      ),
    );
    const store = new MemoryStore(3_000);
    const value = "x".repeat(200);
    for (let key = 0; key < 8; key++) store.write(`${key}`, value);
    store.read("0");
    for (let key = 8; key < 12; key++) store.write(`${key}`, value);
    expect(store.read("0")).toBe(value);
    expect(store.read("1")).toBeUndefined();
  });
});

const redisUrl = await findRedis();
if (redisUrl) {
  describeAnswerStore("Redis", async () =>
    createRedisStore(
      { logger: createSilentLogger() },
      { url: redisUrl, prefix: `${prefix}[1]*?:`, valueBytes: 250_000 },
    ),
  );
  describeLoss(redisUrl);
} else {
  describe("Redis", () => {
    it.skip("skipped: no Redis answers; set TEST_REDIS_URL", () => {});
  });
}

function describeLoss(url: string): void {
  describe("a Redis that is lost", () => {
    it("is said once, counts as empty, and serves again when it is back", async () => {
      const lines: string[] = [];
      const destination = { write: (line: string) => lines.push(line) };
      const logger = createLogger({ level: "info", destination });
      const { hostname, port } = new URL(url);
      const line = await openLine({ host: hostname, port: Number(port || 6379) });
      const store = createRedisStore(
        { logger },
        { url: `redis://127.0.0.1:${line.port}`, prefix: `${prefix}lost:` },
      );
      await store.start(SIGNAL);
      await store.set("key", "kept");
      line.cut();
      expect(await store.get("key")).toBeUndefined();
      for (let i = 0; i < 20; i++) await store.set(`other ${i}`, "x");
      expect(await store.get("key")).toBeUndefined();
      await until(() => lines.length > 0);
      expect(lines.filter((line) => line.includes("cannot be reached"))).toHaveLength(1);
      line.mend();
      await until(async () => (await store.get("key")) === "kept");
      expect(lines.filter((line) => line.includes("is back"))).toHaveLength(1);
      await store.clear();
      await store.stop();
      await line.close();
    });

    it("does not keep a proxy from starting, and its password is in no line", async () => {
      const lines: string[] = [];
      const destination = { write: (line: string) => lines.push(line) };
      const logger = createLogger({ level: "debug", destination });
      const store = createRedisStore({ logger }, { url: "redis://ghost:hunter2@127.0.0.1:1" });
      await store.start(SIGNAL);
      expect(await store.get("key")).toBeUndefined();
      await store.stop();
      expect(lines.join("")).toContain("127.0.0.1:1");
      expect(lines.join("")).not.toContain("hunter2");
    });

    it("costs a request a quarter of a second at most when it hangs", async () => {
      const server = createServer(() => {});
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("no port");
      const store = createRedisStore(
        { logger: createSilentLogger() },
        { url: `redis://127.0.0.1:${address.port}`, timeoutMs: 100 },
      );
      await store.start(SIGNAL);
      const startMs = performance.now();
      expect(await store.get("key")).toBeUndefined();
      expect(performance.now() - startMs).toBeLessThan(1_000);
      await store.stop();
      server.close();
    });
  });
}

it.each(["http://localhost", "localhost", ""])("refuses the URL %j", (url) => {
  expect(() => createRedisStore({ logger: createSilentLogger() }, { url })).toThrow(
    expect.objectContaining({ code: "RPC_PROXY_STORE_URL_MALFORMED" }),
  );
});
