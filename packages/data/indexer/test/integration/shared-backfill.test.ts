import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createServerDatabase, type Database } from "@ghostchain/database";
import { createTestServerDatabase, type TestServerDatabase } from "@ghostchain/database/testing";
import { readFeed } from "@ghostchain/feed";
import { createSilentLogger } from "@ghostchain/service";
import { type Address, getAddress, type Hex, numberToHex } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { expectedBank, storedBank } from "../support/bank-product.ts";
import { FakeChain, type LedgerEvent } from "../support/fake-chain.ts";
import { Random } from "../support/random.ts";
import { RpcServer } from "../support/rpc-server.ts";

const BLOCKS = 6_000;
const LATENCY_MS = 50;
const random = new Random(3);

let made: TestServerDatabase | undefined;
let database: Database;
let rpc: RpcServer;
let chain: FakeChain;
let children: ChildProcess[] = [];
beforeAll(async () => {
  made = await createTestServerDatabase();
  if (made === undefined) return;
  database = createServerDatabase({ logger: createSilentLogger() }, { url: made.url });
  await database.start(AbortSignal.timeout(10_000));
});
beforeEach(async () => {
  chain = new FakeChain({ pushes: false });
  chain.faults = { ...chain.faults, rangeBlocks: 50 };
  rpc = await RpcServer.listen();
  rpc.respond = async (method, params) => {
    await sleep(LATENCY_MS);
    try {
      return { result: dated(await chain.request({ method, params })) };
    } catch (error) {
      const { code, message } = error as { code?: number; message?: string };
      return { error: { code: code ?? -32603, message } };
    }
  };
});
afterEach(async () => {
  await Promise.all(children.map(kill));
  children = [];
  await rpc.close();
  await database?.query("DROP SCHEMA IF EXISTS bank, ledger, indexer, feed CASCADE");
});
afterAll(async () => {
  await database?.stop();
  await made?.drop();
});

const branch = (index: number): Address => getAddress(numberToHex(0xb00 + index, { size: 20 }));

/** A long history at once, of which few blocks have events; the server gives 50 blocks at a time. */
function mineHistory(): void {
  chain.mine(
    ...Array.from({ length: BLOCKS }, (_, number): LedgerEvent[] => {
      if (number % 97 === 0) return [{ kind: "opened", branch: branch(number % 30) }];
      if (number % 41 !== 0) return [];
      const at = branch(number % 30);
      const moved = { kind: "moved", from: at, to: at, amount: BigInt(number) } as const;
      return [moved, { ...moved, at }];
    }),
  );
}

/** Processes of which one writes and the others are there to help. */
async function startAll(count: number, product: "bank" | "ledger"): Promise<void> {
  for (let i = 0; i < count; i++) start(product);
  const options = { timeout: 60_000, interval: 20 };
  await expect.poll(stored, options).toBeDefined();
  await expect.poll(helpers, options).toBe(count - 1);
}

/** Logs say when their block was, as most servers do. */
function dated(answer: unknown): unknown {
  if (!Array.isArray(answer)) return answer;
  return answer.map((log: { blockNumber: Hex }) => {
    const timestamp = chain.blocks[Number(log.blockNumber)]?.timestamp ?? 0n;
    return { ...log, blockTimestamp: numberToHex(timestamp) };
  });
}

function start(product: "bank" | "ledger"): ChildProcess {
  const script = join(import.meta.dirname, "indexer-child.ts");
  const where = [made?.url ?? "", `http://${rpc.host}`, product];
  const child = spawn(process.execPath, [script, ...where], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  children.push(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exited;
}

async function stored(): Promise<string | undefined> {
  const rows = await database
    .query<{ hash: string }>("SELECT hash FROM indexer.chain")
    .catch(() => []);
  return rows[0]?.hash;
}

async function helpers(): Promise<number> {
  const rows = await database
    .query<{ count: bigint }>("SELECT count(*) AS count FROM indexer.helper")
    .catch(() => []);
  return Number(rows[0]?.count ?? 0);
}

async function ranges(): Promise<number> {
  const rows = await database
    .query<{ count: bigint }>("SELECT count(*) AS count FROM indexer.backfill_range WHERE done")
    .catch(() => []);
  return Number(rows[0]?.count ?? 0);
}

async function expectComplete(): Promise<void> {
  expect(await storedBank(database)).toEqual(expectedBank(chain.blocks, 1n));
  const { rows } = await readFeed(database, { after: 0, limit: 100_000 });
  expect(rows.map((row) => row.sequenceId)).toEqual(rows.map((_, index) => index + 1));
}

describe("history that several processes fetch", () => {
  it("is fetched faster than by one, and is the same", {
    retry: 2,
    timeout: 180_000,
  }, async (context) => {
    if (made === undefined) return context.skip("there is no PostgreSQL server");
    const options = { timeout: 60_000, interval: 20 };
    const time = async (processes: number) => {
      await startAll(processes, "ledger");
      const beganMs = Date.now();
      mineHistory();
      await expect.poll(stored, options).toBe(chain.head.hash);
      const tookMs = Date.now() - beganMs;
      const state = await database.query(
        "SELECT address, balance FROM ledger.account ORDER BY address",
      );
      await Promise.all(children.map(kill));
      await database.query("DROP SCHEMA IF EXISTS ledger, indexer, feed CASCADE");
      return { tookMs, state };
    };
    const { tookMs: alone, state } = await time(1);
    chain = new FakeChain({ pushes: false });
    chain.faults = { ...chain.faults, rangeBlocks: 50 };
    const { tookMs: together, state: same } = await time(3);
    expect(same).toEqual(state);
    console.log(`history of ${BLOCKS} blocks: ${alone} ms by one process, ${together} ms by three`);
    expect(together).toBeLessThan(alone);
  });

  it("has no gap and nothing twice, whichever of them are killed, the one that writes too", async (context) => {
    if (made === undefined) return context.skip("there is no PostgreSQL server");
    await startAll(3, "bank");
    mineHistory();
    await expect.poll(ranges, { timeout: 30_000, interval: 10 }).toBeGreaterThan(0);
    for (let round = 0; round < 4; round++) {
      const alive = children.filter((child) => child.signalCode === null);
      await kill(random.pick(alive));
      start("bank");
      await sleep(300 + random.below(1_200));
    }
    await expect.poll(stored, { timeout: 120_000 }).toBe(chain.head.hash);
    await expectComplete();
    const left = await database.query("SELECT FROM indexer.backfill_range");
    expect(left).toEqual([]);
  }, 240_000);
});
