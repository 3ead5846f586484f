import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { createInProcessBus } from "@ghostchain/event-bus";
import { BROADCAST_CHANNEL, decodeBroadcast } from "@ghostchain/feed";
import { defineProduct, type JobContext } from "@ghostchain/product";
import { createSilentLogger, type Service, systemClock } from "@ghostchain/service";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createJobRunner } from "../../src/job-runner.ts";

const logger = createSilentLogger();
const bus = createInProcessBus({ logger });
let test: TestDatabase;
let started: Service[] = [];
beforeAll(async () => {
  test = await openTestDatabase();
  await bus.start(new AbortController().signal);
});
afterAll(() => test.close());
afterEach(async () => {
  await Promise.all(started.map((service) => service.stop()));
  started = [];
});

async function runJob(everyMs: number, run: (context: JobContext) => Promise<void>) {
  const product = defineProduct({
    name: "shop",
    contracts: {},
    jobs: [{ name: "sweep", everyMs, run }],
  });
  const deps = { database: test.database, bus, clock: systemClock, logger };
  const runner = createJobRunner(deps, { products: [product] });
  started.push(runner);
  await runner.start(new AbortController().signal);
  return runner;
}

describe("createJobRunner", () => {
  it("runs a job again and again, also after it failed, and lets it speak to everyone", async () => {
    const heard: string[] = [];
    await bus.subscribe(BROADCAST_CHANNEL, (message) => heard.push(message));
    let runs = 0;
    await runJob(10, async ({ sql, broadcast }) => {
      runs += 1;
      if (runs === 1) throw new Error("a bad day");
      await sql.query("SELECT 1", []);
      await broadcast({ type: "SCAN_WARNING", secondsUntil: 60 }, ["feed"]);
    });
    await expect.poll(() => runs).toBeGreaterThan(3);
    expect(decodeBroadcast(heard[0] ?? "")).toEqual({
      message: { type: "SCAN_WARNING", secondsUntil: 60 },
      topics: ["feed"],
    });
  });

  it("never runs a job twice at once, in whichever process; another takes over", async () => {
    let now = 0;
    let most = 0;
    const by = { first: 0, second: 0 };
    const count = (who: "first" | "second") => async () => {
      now += 1;
      most = Math.max(most, now);
      by[who] += 1;
      await new Promise((resolve) => setTimeout(resolve, 15));
      now -= 1;
    };
    const first = await runJob(10, count("first"));
    await expect.poll(() => by.first).toBeGreaterThan(0);
    await runJob(10, count("second"));
    await expect.poll(() => by.first).toBeGreaterThan(5);
    expect(by.second).toBe(0);
    await first.stop();
    await expect.poll(() => by.second).toBeGreaterThan(2);
    expect(most).toBe(1);
  });

  it("tells a job that runs to end when it stops, and does not wait for one that will not", async () => {
    let told = false;
    const runner = await runJob(10, async ({ signal }) => {
      signal.addEventListener("abort", () => {
        told = true;
      });
      await new Promise(() => {});
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await runner.stop();
    expect(told).toBe(true);
  });
});
