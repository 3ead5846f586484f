import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createPgliteDatabase } from "@ghostchain/database";
import { createTestServerDatabase } from "@ghostchain/database/testing";
import { findRedis } from "@ghostchain/redis/testing";
import { createSilentLogger, systemClock } from "@ghostchain/service";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { DatabaseStore } from "../../src/database-store.ts";
import { freshPrefix, startDatabase, startLimits } from "./limits-stand.ts";
import { describeRateLimits } from "./rate-limits-contract.ts";

const redisUrl = await findRedis();
const server = await createTestServerDatabase();

describeRateLimits("memory", async () => {
  const limits = await startLimits({ store: "memory" });
  return { both: [limits, limits], close: () => limits.stop() };
});

if (server) {
  const { url } = server;
  describeRateLimits("PostgreSQL", async () => {
    const databases = [await startDatabase(url), await startDatabase(url)] as const;
    const [one, other] = databases;
    const both = [
      await startLimits({ store: "database" }, { database: one }),
      await startLimits({ store: "database" }, { database: other }),
    ] as const;
    return {
      both,
      async close() {
        for (const limits of both) await limits.stop();
        for (const database of databases) await database.stop();
      },
    };
  });
  describePruning(url);
} else {
  describe("PostgreSQL", () => {
    it.skip("skipped: no server answers; set TEST_DATABASE_URL", () => {});
  });
}

describeRateLimits("PGlite", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "ghost-limits-"));
  const database = createPgliteDatabase({ logger: createSilentLogger() }, { dataDir });
  await database.start(new AbortController().signal);
  const limits = await startLimits({ store: "database" }, { database });
  return {
    both: [limits, limits],
    async close() {
      await limits.stop();
      await database.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
});

if (redisUrl) {
  const prefix = freshPrefix();
  describeRateLimits("Redis", async () => {
    const both = [
      await startLimits({ store: { redisUrl, prefix } }),
      await startLimits({ store: { redisUrl, prefix } }),
    ] as const;
    return {
      both,
      async close() {
        for (const limits of both) await limits.stop();
        await removeKeys(redisUrl, prefix);
      },
    };
  });
  describeExpiry(redisUrl);
} else {
  describe("Redis", () => {
    it.skip("skipped: no Redis answers; set TEST_REDIS_URL", () => {});
  });
}

describe("two processes", () => {
  const stores = [
    ["database", server?.url],
    ["redis", redisUrl],
  ] as const;

  it.each(stores.flatMap(([store, url]) => (url === undefined ? [] : [[store, url] as const])))(
    "that hammer one key in one store get exactly its limit, and exactly its slots (%s)",
    async (store, url) => {
      const prefix = freshPrefix();
      const children = [1, 2].map(() => startHammer([store, url, prefix, "800"]));
      for (const child of children) expect((await lineOf(child)).trim()).toBe("ready");
      for (const child of children) child.stdin?.write("go");
      const said = await Promise.all(
        children.map(async (child) => JSON.parse(await lineOf(child))),
      );
      const sum = (name: "allowed" | "held") =>
        said.reduce((total: number, one: Record<string, number>) => total + (one[name] ?? 0), 0);
      expect(sum("allowed")).toBe(1_000);
      expect(sum("held")).toBe(5);
      if (store === "redis") await removeKeys(url, prefix);
    },
  );
});

afterAll(() => server?.drop());

function describePruning(url: string): void {
  describe("the tables in PostgreSQL", () => {
    it("lose what counts no longer, and the oldest beyond the number allowed", async () => {
      const database = await startDatabase(url);
      const deps = { database, clock: systemClock, logger: createSilentLogger() };
      const store = new DatabaseStore(deps, { rowsMax: 20 });
      await store.start();
      await database.query("TRUNCATE rate_limit.tally, rate_limit.holder");
      const ids = Array.from({ length: 30 }, (_, index) => `kept:${index + 10}`);
      await store.count(ids.map((id) => ({ id, wanted: 1, limit: 1, partMs: 5_000 })));
      await store.count([{ id: "short", wanted: 1, limit: 1, partMs: 1 }]);
      const slot = { kind: "take", slot: "1", limit: 1 } as const;
      await store.changeSlots([
        { ...slot, id: "long", ttlMs: 60_000 },
        { ...slot, id: "short", ttlMs: 10 },
      ]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await store.prune();
      const left = await database.query<{ id: string }>("SELECT id FROM rate_limit.tally");
      expect(left.map(({ id }) => id).sort()).toEqual(ids.slice(10));
      const holders = await database.query<{ id: string }>("SELECT id FROM rate_limit.holder");
      expect(holders).toEqual([{ id: "long" }]);
      await store.stop();
      await database.stop();
    });
  });
}

function describeExpiry(url: string): void {
  describe("the keys in Redis", () => {
    it("expire by themselves", async () => {
      const prefix = freshPrefix();
      const limits = await startLimits({ store: { redisUrl: url, prefix } });
      await limits.budget("short", { limit: 1, windowMs: 120 }).take("a");
      await limits.slots("short-slots", { limit: 1, ttlMs: 120 }).take("a", "1");
      const redis = new Redis(url);
      expect(await redis.keys(`${prefix}*`)).toHaveLength(2);
      await new Promise((resolve) => setTimeout(resolve, 250));
      expect(await redis.keys(`${prefix}*`)).toEqual([]);
      redis.disconnect();
      await limits.stop();
    });
  });
}

function startHammer(args: readonly string[]): ChildProcess {
  const script = fileURLToPath(new URL("./hammer-child.ts", import.meta.url));
  return spawn(process.execPath, [script, ...args], { stdio: ["pipe", "pipe", "inherit"] });
}

async function lineOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the child says nothing");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return line.toString();
}

async function removeKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  const keys = await redis.keys(`${prefix}*`);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
}
