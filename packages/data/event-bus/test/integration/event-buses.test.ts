import { createTestServerDatabase } from "@ghostchain/database/testing";
import { findRedis } from "@ghostchain/redis/testing";
import { createSilentLogger } from "@ghostchain/service";
import { openLine } from "@ghostchain/tools/tcp-line";
import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { createEventBus } from "../../src/create-event-bus.ts";
import type { EventBus } from "../../src/event-bus.ts";
import { createInProcessBus } from "../../src/in-process-bus.ts";
import { createPostgresBus } from "../../src/postgres-bus.ts";
import { createRedisBus } from "../../src/redis-bus.ts";
import { describeEventBus, until } from "./event-bus-contract.ts";

const deps = { logger: createSilentLogger() };

describeEventBus("in-process bus", async () => {
  const bus = await started(createInProcessBus(deps));
  return [bus, bus];
});

const redisUrl = await findRedis();
const prefix = `ghost-test-${process.pid}-${Date.now()}:`;

if (redisUrl) {
  describeEventBus("Redis bus", async () => [
    await started(createRedisBus(deps, { url: redisUrl, prefix })),
    await started(createRedisBus(deps, { url: redisUrl, prefix })),
  ]);
  describeReconnection("Redis bus", redisUrl, 6379, (url) =>
    createRedisBus(deps, { url, prefix: `${prefix}cut:` }),
  );
} else {
  describe("Redis bus", () => {
    it.skip("skipped: no Redis answers; set TEST_REDIS_URL", () => {});
  });
}

const server = await createTestServerDatabase();
afterAll(() => server?.drop());

if (server) {
  const { url } = server;
  describeEventBus("PostgreSQL bus", async () => [
    await started(createPostgresBus(deps, { url, prefix })),
    await started(createPostgresBus(deps, { url, prefix })),
  ]);
  describeReconnection("PostgreSQL bus", url, 5432, (through) =>
    createPostgresBus(deps, { url: through, prefix: `${prefix}cut:` }),
  );
  describePostgres(url);
} else {
  describe("PostgreSQL bus", () => {
    it.skip("skipped: no PostgreSQL server answers; set TEST_DATABASE_URL", () => {});
  });
}

describe("createRedisBus", () => {
  it("names the host and never the password when no server answers", async () => {
    const url = "redis://ghost:hunter2@127.0.0.1:1";
    const bus = createRedisBus(deps, { url, connectTimeoutMs: 200 });
    const error = await bus.start(new AbortController().signal).catch((e: unknown) => e);
    expect(error).toMatchObject({
      fault: { code: "EVENT_BUS_UNREACHABLE", where: "127.0.0.1:1" },
    });
    expect(JSON.stringify(error) + String(error)).not.toContain("hunter2");
  });

  it.each(["http://localhost", "localhost", ""])("refuses the URL %j", (url) => {
    expect(() => createEventBus(deps, { redisUrl: url })).toThrow(
      expect.objectContaining({ code: "EVENT_BUS_URL_MALFORMED" }),
    );
  });
});

describe("createPostgresBus", () => {
  it("names the host and never the password when no server answers", async () => {
    const url = "postgres://ghost:hunter2@127.0.0.1:1/game";
    const bus = createPostgresBus(deps, { url, connectTimeoutMs: 200 });
    const error = await bus.start(new AbortController().signal).catch((e: unknown) => e);
    expect(error).toMatchObject({
      fault: { code: "EVENT_BUS_UNREACHABLE", where: "127.0.0.1:1/game" },
    });
    expect(JSON.stringify(error) + String(error)).not.toContain("hunter2");
  });

  it("gives up when it is told to", async () => {
    const bus = createPostgresBus(deps, { url: "postgres://127.0.0.1:1/game" });
    const reason = new Error("enough");
    const starting = bus.start(AbortSignal.any([AbortSignal.timeout(1), abortedWith(reason)]));
    await expect(starting).rejects.toBe(reason);
  });

  it.each(["http://localhost", "localhost", ""])("refuses the URL %j", (url) => {
    expect(() => createEventBus(deps, { databaseUrl: url })).toThrow(
      expect.objectContaining({ code: "EVENT_BUS_URL_MALFORMED" }),
    );
  });
});

function abortedWith(reason: Error): AbortSignal {
  return AbortSignal.abort(reason);
}

/** What is PostgreSQL's own. */
function describePostgres(url: string): void {
  describe("PostgreSQL bus", () => {
    it("carries messages that are alike, and to a channel with a long or odd name", async () => {
      const bus = await started(createEventBus(deps, { databaseUrl: url }));
      for (const channel of ["c".repeat(100), 'a "quoted"; name']) {
        const heard: string[] = [];
        await bus.subscribe(channel, (message) => heard.push(message));
        await Promise.all(["same", "same", "same"].map((text) => bus.publish(channel, text)));
        await until(() => heard.length === 3);
        expect(heard).toEqual(["same", "same", "same"]);
      }
      await bus.stop();
    });

    it("hears whole messages when several processes publish long ones at once", async () => {
      const buses = await Promise.all(
        [1, 2, 3].map(() => started(createPostgresBus(deps, { url }))),
      );
      const heard: string[] = [];
      await buses[0]?.subscribe("long", (message) => heard.push(message));
      const sent = buses.flatMap((_, bus) =>
        [1, 2, 3, 4].map((round) => `${bus}${round}`.repeat(20_000)),
      );
      await Promise.all(
        sent.map((text, index) => buses[Math.floor(index / 4)]?.publish("long", text)),
      );
      await until(() => heard.length === sent.length);
      expect(heard.toSorted()).toEqual(sent.toSorted());
      for (const bus of buses) await bus.stop();
    });

    it("says at once that a database is not there, without waiting for it", async () => {
      const missing = new URL(url);
      missing.pathname = "/not_there";
      const bus = createPostgresBus(deps, { url: missing.href, connectTimeoutMs: 30_000 });
      await expect(bus.start(AbortSignal.timeout(20_000))).rejects.toMatchObject({
        fault: { code: "EVENT_BUS_UNREACHABLE", reason: expect.stringContaining("not_there") },
      });
    });

    it("goes on after a notification that no bus wrote", async () => {
      const bus = await started(createPostgresBus(deps, { url, prefix: "odd:" }));
      const heard: string[] = [];
      await bus.subscribe("feed", (message) => heard.push(message));
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query("SELECT pg_notify('odd:feed', 'who wrote this?')");
      await client.end();
      await bus.publish("feed", "after");
      await until(() => heard.length === 1);
      expect(heard).toEqual(["after"]);
      await bus.stop();
    });

    it("refuses what it cannot get rid of, and bounds what waits", async () => {
      const bus = await started(createPostgresBus(deps, { url }));
      const large = "x".repeat(1024 * 1024);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 64 }, () => bus.publish("much", large)),
      );
      const refused = outcomes.filter(({ status }) => status === "rejected");
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(64);
      expect(refused[0]).toMatchObject({ reason: { code: "EVENT_BUS_UNREACHABLE" } });
      await bus.publish("much", "again");
      await bus.stop();
    });
  });
}

function describeReconnection(
  name: string,
  url: string,
  defaultPort: number,
  create: (url: string) => EventBus,
): void {
  describe(`${name} whose connection is cut`, () => {
    it("fails at once, comes back by itself, says that there was a gap, and hears again", async () => {
      const through = new URL(url);
      const { hostname, port } = through;
      const line = await openLine({ host: hostname, port: Number(port || defaultPort) });
      through.hostname = "127.0.0.1";
      through.port = String(line.port);
      const bus = await started(create(through.href));
      const heard: string[] = [];
      let gaps = 0;
      await bus.subscribe("feed", (message) => heard.push(message));
      bus.onGap(() => {
        gaps += 1;
      });
      await bus.publish("feed", "before");
      await until(() => heard.length === 1);
      line.break();
      await expect(bus.publish("feed", "meanwhile")).rejects.toMatchObject({
        code: "EVENT_BUS_UNREACHABLE",
      });
      await until(() => gaps === 1);
      await bus.publish("feed", "after");
      await until(() => heard.length === 2);
      expect(heard).toEqual(["before", "after"]);
      await bus.stop();
      await line.close();
    });
  });
}

async function started(bus: EventBus): Promise<EventBus> {
  await bus.start(AbortSignal.timeout(10_000));
  return bus;
}
