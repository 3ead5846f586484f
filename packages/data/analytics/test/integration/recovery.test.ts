import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServerDatabase, type Database } from "@ghostchain/database";
import { createTestServerDatabase, type TestServerDatabase } from "@ghostchain/database/testing";
import { ensureFeed } from "@ghostchain/feed";
import type { Product } from "@ghostchain/product";
import { createSilentLogger } from "@ghostchain/service";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AnalyticsStand } from "../analytics-stand.ts";
import { countedProduct } from "../counted-product.ts";
import { FeedModel, type ModelEvent } from "../feed-model.ts";
import { plainEvents, plainUsers, plainVolume } from "../plain-answers.ts";

const CHILD = join(import.meta.dirname, "analytics-child.ts");
const FROM_MS = Date.parse("2026-02-20T00:00:00Z");
const RANGE = { period: "hour", fromMs: FROM_MS, toMs: FROM_MS + 86_400_000 } as const;
const QUERY = { period: "hour", from: "2026-02-20", to: "2026-02-21" };
const KILLS = 5;

const server = await createTestServerDatabase();
if (server === undefined) console.warn("no PostgreSQL server: recovery of analytics is not tested");

const { url = "" } = (server ?? {}) as Partial<TestServerDatabase>;
let database: Database;
let model: FeedModel;
let directory: string;
let file: string;
const running: AnalyticsStand[] = [];

if (server !== undefined) {
  beforeAll(async () => {
    database = createServerDatabase({ logger: createSilentLogger() }, { url });
    await database.start(AbortSignal.timeout(30_000));
    await ensureFeed(database);
  });
  afterAll(async () => {
    await database.stop();
    await server.drop();
  });
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "ghost-analytics-"));
    file = join(directory, "events.duckdb");
    model = new FeedModel(database);
    await model.begin();
    await model.apply({ do: "append", events: someEvents(500) });
  });
  afterEach(async () => {
    for (const stand of running.splice(0)) await stand.stop();
    rmSync(directory, { recursive: true, force: true });
  });
}

describe.skipIf(server === undefined)("analytics in a file", () => {
  it("goes on from where kill -9 found it, at whatever moment", async () => {
    for (let part = 0; part < 10; part++)
      await model.apply({ do: "append", events: someEvents(1_000) });
    for (let kill = 0; kill < KILLS; kill++) {
      const child = spawn(process.execPath, [CHILD, url, file], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await firstLine(child);
      await new Promise((wake) => setTimeout(wake, Math.random() * 1_000));
      await killed(child);
      await model.apply({ do: "retract", share: 0.001 });
      for (let part = 0; part < 4; part++)
        await model.apply({ do: "append", events: someEvents(1_000) });
    }
    const stand = await open();
    await expectRight(stand);
    expect(await stand.metric("analytics_rebuilds_total")).toBe(0);
  });

  it.each([
    ["holds something else", (path: string) => writeFileSync(path, "not a database ".repeat(500))],
    ["was cut short", (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ["is empty", (path: string) => truncateSync(path, 0)],
    ["is gone", (path: string) => rmSync(path)],
  ])("counts anew when its file %s", async (_, harm) => {
    const stand = await open();
    await expectRight(stand);
    await stand.stop();
    harm(file);
    await expectRight(await open());
  });

  it("refuses a file that another process has, and takes it when it is free", async () => {
    const child = spawn(process.execPath, [CHILD, url, file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await firstLine(child);
    const stand = await open();
    await expect.poll(() => stand.metric("analytics_failures_total")).toBeGreaterThan(0);
    await expect(stand.ask("events", {}, { patient: false })).rejects.toMatchObject({
      code: "ANALYTICS_WARMING",
    });
    expect(await stand.metric("analytics_rebuilds_total")).toBe(0);
    await killed(child);
    await expectRight(stand);
  });

  it("stops while it counts, and leaves nothing open", async () => {
    await model.apply({ do: "append", events: someEvents(5_000) });
    const stand = await open();
    await expect.poll(() => stand.analytics.progress().sequenceId).toBeGreaterThan(0);
    await stand.stop();
    await expectRight(await open());
  });
});

describe.skipIf(server === undefined)("analytics counted anew", () => {
  it("counts anew when the database was put back and went on otherwise", async () => {
    const stand = await open();
    await stand.caughtUp();
    await stand.stop();
    await database.query("UPDATE feed.row SET block_hash = '0x02' WHERE sequence_id = 500", []);
    const again = await open();
    await expectRight(again);
    expect(await again.metric("analytics_rebuilds_total")).toBe(1);
  });

  it("counts anew when a product counts something else, and only then", async () => {
    const first = await open();
    await first.caughtUp();
    await first.stop();
    const same = await open();
    await same.caughtUp();
    expect(await same.metric("analytics_rebuilds_total")).toBe(0);
    await same.stop();
    const other = await open({ products: [{ ...countedProduct, version: "2" }] });
    await expectRight(other);
    expect(await other.metric("analytics_rebuilds_total")).toBe(1);
  });

  it("counts anew in every process when it is asked to, in memory as well", async () => {
    const stands = [await open(), await open({ file: undefined })];
    for (const stand of stands) await stand.caughtUp();
    await stands[0]?.analytics.rebuild();
    for (const stand of stands)
      await expect.poll(() => stand.metric("analytics_rebuilds_total")).toBe(2);
    for (const stand of stands) await expectRight(stand);
  });
});

async function open(settings: Partial<OpenSettings> = {}): Promise<AnalyticsStand> {
  const { file: path, ...others } = { file, ...settings };
  const inFile = path === undefined ? {} : { file: path };
  const stand = await new AnalyticsStand(database, { ...others, ...inFile }).start();
  running.push(stand);
  return stand;
}

interface OpenSettings {
  /** Undefined: in memory. */
  readonly file: string | undefined;
  readonly products: readonly Product[];
}

async function expectRight(stand: AnalyticsStand): Promise<void> {
  await stand.caughtUp();
  const { standing } = model;
  expect(await stand.ask("events", QUERY)).toMatchObject(plainEvents(standing, RANGE));
  expect(await stand.ask("active-users", QUERY)).toMatchObject(plainUsers(standing, RANGE));
  expect(await stand.ask("volume", QUERY)).toMatchObject(plainVolume(standing, RANGE));
}

function someEvents(count: number): ModelEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    type: ["SOLD", "LOST", "SEEN"][index % 3] ?? "SEEN",
    user: (index * 7) % 50,
    level: index % 2 === 0 ? "LOW" : "HIGH",
    amount: (1n << 200n) + BigInt(index),
    fee: undefined,
    atMs: FROM_MS + ((index * 7_919_000) % 86_400_000),
  }));
}

function firstLine(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once("data", () => resolve());
    child.once("exit", (code) => reject(new Error(`the child ended with ${code}`)));
  });
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGKILL");
  await ended;
}
