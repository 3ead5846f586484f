import { openTestDatabase } from "@ghostchain/database/testing";
import { createRedisBus } from "@ghostchain/event-bus";
import { createRateLimits, type RateLimits, type RateLimitsOptions } from "@ghostchain/rate-limit";
import { createMetrics, createSilentLogger, systemClock } from "@ghostchain/service";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { GatewayStand } from "../../src/testing/gateway-stand.ts";
import type { SocketClient } from "../../src/testing/socket-client.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const BOB = "0x00000000219ab540356cBB839Cbe05303d7705Fa";
const redisUrl = process.env.TEST_REDIS_URL ?? "redis://127.0.0.1:6379";
const prefix = `ghost-test-${process.pid}-${Date.now()}:`;

let stand: GatewayStand;
const running: RateLimits[] = [];
beforeAll(async () => {
  stand = await GatewayStand.open();
});
afterEach(async () => {
  await stand.clear();
  for (const limits of running.splice(0)) await limits.stop();
});
afterAll(() => stand.close());

/** What one process has. */
async function openLimits(
  store: RateLimitsOptions["store"],
  database = stand.database,
): Promise<RateLimits> {
  const metrics = createMetrics({ processMetrics: false });
  const parts = { clock: systemClock, logger: createSilentLogger(), metrics, database };
  const limits = createRateLimits(parts, { store, timeoutMs: 500 });
  await limits.start(AbortSignal.timeout(5_000));
  running.push(limits);
  return limits;
}

const hasRedis = await answers(redisUrl);

describe.each([
  ["PostgreSQL", "database", true],
  ["Redis", { redisUrl, prefix }, hasRedis],
] as const)("connections of a user over three gateways that share %s", (_, store, isThere) => {
  const openGateways = () =>
    Promise.all(
      [1, 2, 3].map(async () => stand.gateway({}, [], { rateLimits: await openLimits(store) })),
    );

  it.skipIf(!isThere)("are five, however many come at once and wherever", async () => {
    const gateways = await openGateways();
    const clients = await Promise.all(
      [...gateways, ...gateways, ...gateways, ...gateways].map((one) => stand.client(one)),
    );
    for (const client of clients) client.say({ type: "AUTH", token: ALICE });
    expect((await Promise.all(clients.map(outcome))).toSorted()).toEqual([
      ...Array<string>(7).fill("4409"),
      ...Array<string>(5).fill("in"),
    ]);
    const other = await login(gateways[0], BOB);
    expect(await outcome(other)).toBe("in");
  });

  it.skipIf(!isThere)("come free when one is closed, and when a gateway stops", async () => {
    const [one, two] = await openGateways();
    const five = [];
    for (let count = 0; count < 5; count += 1) five.push(await login(one, BOB));
    expect(await Promise.all(five.map(outcome))).not.toContain("4409");
    expect(await outcome(await login(two, BOB))).toBe("4409");
    five[0]?.close();
    await five[0]?.closed;
    await expect.poll(async () => outcome(await login(two, BOB)), { timeout: 5_000 }).toBe("in");
    if (one) await stand.stop(one);
    for (let count = 0; count < 4; count += 1)
      expect(await outcome(await login(two, BOB))).toBe("in");
  });
});

describe("connections of a user while the store is lost", () => {
  it("are counted in each gateway, and everyone who may is let in", async () => {
    const opened = await openTestDatabase();
    const limits = await openLimits("database", opened.database);
    const gateway = await stand.gateway({}, [], { rateLimits: limits });
    await opened.close();
    const clients = [];
    for (let count = 0; count < 6; count += 1) clients.push(await login(gateway, ALICE));
    const outcomes = await Promise.all(clients.map(outcome));
    expect(outcomes.toSorted()).toEqual(["4409", ...Array<string>(5).fill("in")]);
  });
});

async function login(
  gateway: Awaited<ReturnType<GatewayStand["gateway"]>> | undefined,
  token: string,
): Promise<SocketClient> {
  if (!gateway) throw new Error("no gateway");
  const client = await stand.client(gateway);
  client.say({ type: "AUTH", token });
  return client;
}

/** Whether it was let in, or the code that it was closed with. */
async function outcome(client: SocketClient): Promise<string> {
  const isIn = client.next("CONNECTION_STATE", 2).then(
    () => "in",
    () => client.closed.then(({ code }) => String(code)),
  );
  return Promise.race([isIn, client.closed.then(({ code }) => String(code))]);
}

async function answers(url: string): Promise<boolean> {
  const probe = createRedisBus({ logger: createSilentLogger() }, { url, connectTimeoutMs: 500 });
  try {
    await probe.start(AbortSignal.timeout(1_000));
    await probe.stop();
    return true;
  } catch (error) {
    if (process.env.CI) throw error;
    return false;
  }
}
