import type { Database } from "@ghostchain/database";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { createInProcessBus } from "@ghostchain/event-bus";
import { readFeed } from "@ghostchain/feed";
import { createMetrics, createSilentLogger, Health, systemClock } from "@ghostchain/service";
import { findAnvil } from "@ghostchain/tools/anvil";
import { type Line, openLine } from "@ghostchain/tools/tcp-line";
import { type Address, getAddress, type Hash, type Hex } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createIndexer, type Indexer } from "../../src/indexer.ts";
import type { SourceSettings } from "../../src/source/chain-source.ts";
import { Anvil } from "../support/anvil.ts";
import { ledgerProduct } from "../support/ledger-product.ts";

const logger = createSilentLogger();
const A = getAddress("0x00000000000000000000000000000000000000aa");
const B = getAddress("0x00000000000000000000000000000000000000bb");
const binary = findAnvil();

let test: TestDatabase;
let database: Database;
let anvil: Anvil;
let ledger: { address: Address; startBlock: bigint };
let indexer: Indexer | undefined;

describe.skipIf(binary === undefined)("createIndexer on anvil", () => {
  beforeAll(async () => {
    test = await openTestDatabase();
    database = test.database;
  });
  afterAll(() => test.close());
  beforeEach(async () => {
    await database.query("DROP SCHEMA IF EXISTS ledger, indexer, feed CASCADE");
    anvil = await Anvil.start(binary ?? "");
    await anvil.call("anvil_mine", "0x3");
    ledger = await anvil.deployLedger();
  });
  afterEach(async () => {
    await indexer?.stop();
    await anvil.stop();
  });

  it.each(["http", "ws"] as const)(
    "retracts a reorg of five blocks and heals, over %s",
    async (scheme) => {
      await mine(1n);
      await follow(scheme);
      for (const amount of [2n, 3n, 4n, 5n, 6n, 7n]) await mine(amount, amount);
      await caughtUp();
      expect(await balance()).toBe(1n + 2n * (2n + 3n + 4n + 5n + 6n + 7n));
      await anvil.call("anvil_reorg", 5, []);
      await mine(100n);
      await caughtUp();
      expect(await balance()).toBe(1n + 2n * 2n + 100n);
      const { rows } = await readFeed(database, { after: 0, limit: 100 });
      const retracted = rows.flatMap((row) => (row.kind === "retract" ? row.retracts : []));
      expect(retracted).toEqual([13, 12, 11, 10, 9, 8, 7, 6, 5, 4]);
      expect(rows.map((row) => row.sequenceId)).toEqual(rows.map((_, i) => i + 1));
      expect(rows.at(-1)).toMatchObject({ kind: "event", event: { amount: "100" } });
    },
  );

  it("follows a chain that is reverted to a snapshot, and sees no head of it", async () => {
    await follow("ws");
    await mine(1n);
    const snapshot = await anvil.call("evm_snapshot");
    await mine(2n);
    await mine(3n);
    await caughtUp();
    await anvil.call("evm_revert", snapshot);
    await caughtUp();
    expect(await balance()).toBe(1n);
    await mine(9n);
    await caughtUp();
    expect(await balance()).toBe(10n);
  });

  it.each(["http", "ws"] as const)(
    "goes on by itself when the chain's server was restarted, which wiped it, over %s",
    async (scheme) => {
      await follow(scheme);
      await mine(1n);
      await mine(2n);
      await caughtUp();
      await anvil.stop();
      anvil = await Anvil.start(binary ?? "", anvil.port);
      await anvil.call("anvil_mine", "0x3");
      await anvil.deployLedger();
      await mine(5n);
      await caughtUp();
      expect(await balance()).toBe(5n);
    },
  );
});

describe.skipIf(binary === undefined)("createIndexer on two ways to anvil", () => {
  let ways: readonly Line[];
  beforeAll(async () => {
    test = await openTestDatabase();
    database = test.database;
  });
  afterAll(() => test.close());
  beforeEach(async () => {
    await database.query("DROP SCHEMA IF EXISTS ledger, indexer, feed CASCADE");
    anvil = await Anvil.start(binary ?? "");
    await anvil.call("anvil_mine", "0x3");
    ledger = await anvil.deployLedger();
    const target = { host: "127.0.0.1", port: anvil.port };
    ways = [await openLine(target), await openLine(target)];
  });
  afterEach(async () => {
    await indexer?.stop();
    for (const way of ways) await way.close();
    await anvil.stop();
  });

  it("loses nothing when one after the other is cut under load, and proves all it reads", async () => {
    // Past 127 receipts their trie branches another way.
    await mine(...Array.from({ length: 140 }, () => 1n));
    const rpc = ways.map(({ port }, i) => `${i === 0 ? "ws" : "http"}://127.0.0.1:${port}`);
    await follow(rpc, { verifyHeaders: true, verifyLogs: "receipts" });
    await caughtUp();
    expect(await balance()).toBe(140n);
    const load = async () => {
      for (let i = 0; i < 25; i++) await mine(1n, 2n);
    };
    for (const way of ways) {
      const loaded = load();
      way.cut();
      await loaded;
      await caughtUp();
      way.mend();
    }
    await load();
    await caughtUp();
    expect(await balance()).toBe(140n + 3n * 25n * 3n);
  });
});

async function follow(
  rpc: "http" | "ws" | string[],
  settings: SourceSettings = {},
): Promise<Indexer> {
  const bus = createInProcessBus({ logger });
  await bus.start(new AbortController().signal);
  const deps = { database, bus, clock: systemClock, logger };
  const metrics = createMetrics({ processMetrics: false });
  indexer = createIndexer(
    { ...deps, metrics, health: new Health() },
    {
      products: [ledgerProduct(ledger)],
      rpc: typeof rpc === "string" ? `${rpc}://127.0.0.1:${anvil.port}` : rpc,
      pollMs: 20,
      ...settings,
    },
  );
  await indexer.start(AbortSignal.timeout(10_000));
  return indexer;
}

async function mine(...amounts: bigint[]): Promise<void> {
  for (const amount of amounts) await anvil.move(ledger.address, A, B, amount);
  await anvil.call("evm_mine");
}

async function caughtUp(): Promise<void> {
  const head = await anvil.call<{ hash: Hash; number: Hex }>(
    "eth_getBlockByNumber",
    "latest",
    false,
  );
  await expect.poll(() => indexer?.point?.hash, { timeout: 10_000 }).toBe(head.hash);
}

async function balance(): Promise<bigint | undefined> {
  const [row] = await database.query<{ balance: bigint }>(
    "SELECT balance FROM ledger.account WHERE address = $1",
    [B],
  );
  return row?.balance;
}
