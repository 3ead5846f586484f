import { connect, createServer, type Socket } from "node:net";
import { createSilentLogger } from "@ghostchain/service";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { createEventBus } from "../../src/create-event-bus.ts";
import type { EventBus } from "../../src/event-bus.ts";
import { createInProcessBus } from "../../src/in-process-bus.ts";
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
  describeReconnection(redisUrl);
} else {
  describe("Redis bus", () => {
    it.skip("skipped: no Redis answers; set TEST_REDIS_URL", () => {});
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

function describeReconnection(url: string): void {
  describe("Redis bus whose connection is cut", () => {
    it("fails at once, comes back by itself, says that there was a gap, and hears again", async () => {
      const proxy = await openProxy(new URL(url));
      const own = { url: `redis://127.0.0.1:${proxy.port}`, prefix: `${prefix}cut:` };
      const bus = await started(createRedisBus(deps, own));
      const heard: string[] = [];
      let gaps = 0;
      await bus.subscribe("feed", (message) => heard.push(message));
      bus.onGap(() => {
        gaps += 1;
      });
      await bus.publish("feed", "before");
      await until(() => heard.length === 1);
      proxy.cut();
      await expect(bus.publish("feed", "meanwhile")).rejects.toMatchObject({
        code: "EVENT_BUS_UNREACHABLE",
      });
      await until(() => gaps === 1);
      await bus.publish("feed", "after");
      await until(() => heard.length === 2);
      expect(heard).toEqual(["before", "after"]);
      await bus.stop();
      await proxy.close();
    });
  });
}

interface Proxy {
  readonly port: number;
  /** Breaks every connection that goes through it now; new ones work. */
  cut(): void;
  close(): Promise<void>;
}

async function openProxy(target: URL): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port || 6379), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

async function started(bus: EventBus): Promise<EventBus> {
  await bus.start(AbortSignal.timeout(10_000));
  return bus;
}

async function findRedis(): Promise<string | undefined> {
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
