import type { Database } from "@ghostchain/database";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { createInProcessBus, type EventBus } from "@ghostchain/event-bus";
import { createFeedFollower, type FeedRow, readFeed } from "@ghostchain/feed";
import {
  type Clock,
  createLogger,
  createMetrics,
  createSilentLogger,
  Health,
  systemClock,
} from "@ghostchain/service";
import { type Address, getAddress } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createIndexer, type Indexer, type IndexerSettings } from "../../src/indexer.ts";
import { FakeChain, type LedgerEvent } from "../support/fake-chain.ts";
import { expectedState, storedState } from "../support/ledger-model.ts";
import { ledgerProduct } from "../support/ledger-product.ts";

const logger = process.env.TEST_LOG ? createLogger({ level: "debug" }) : createSilentLogger();
const product = ledgerProduct({ startBlock: 1n });
const A = getAddress("0x00000000000000000000000000000000000000aa");
const B = getAddress("0x00000000000000000000000000000000000000bb");

let test: TestDatabase;
let database: Database;
let bus: EventBus;
let started: Indexer[] = [];
beforeAll(async () => {
  test = await openTestDatabase();
  database = test.database;
});
afterAll(() => test.close());
beforeEach(async () => {
  await database.query("DROP SCHEMA IF EXISTS ledger, indexer, feed CASCADE");
  bus = createInProcessBus({ logger });
  await bus.start(new AbortController().signal);
});
afterEach(async () => {
  await Promise.all(started.map((indexer) => indexer.stop()));
  started = [];
});

function move(from: Address, to: Address, amount: bigint): LedgerEvent {
  return { kind: "moved", from, to, amount };
}

async function run(chain: FakeChain, settings: Partial<IndexerSettings> = {}) {
  const health = new Health();
  const metrics = createMetrics({ processMetrics: false });
  const clock: Clock = systemClock;
  const deps = { database, bus, clock, logger, metrics, health };
  const indexer = createIndexer(deps, { products: [product], rpc: chain, pollMs: 10, ...settings });
  started.push(indexer);
  await indexer.start(AbortSignal.timeout(10_000));
  return { indexer, health, metrics };
}

async function caughtUp(indexer: Indexer, chain: FakeChain): Promise<void> {
  await expect
    .poll(() => indexer.point?.hash, { timeout: 10_000, interval: 5 })
    .toBe(chain.head.hash);
}

async function expectChain(chain: FakeChain): Promise<void> {
  expect(await storedState(database)).toEqual(expectedState(chain.blocks, 1n));
}

describe("createIndexer", () => {
  it("stores history and then the live tail without a seam", async () => {
    const chain = new FakeChain();
    chain.mine(...Array.from({ length: 700 }, (_, i) => [move(A, B, BigInt(i))]));
    chain.faults = { ...chain.faults, rangeBlocks: 37 };
    const { indexer, health } = await run(chain);
    await caughtUp(indexer, chain);
    chain.mine([move(B, A, 5n)], [], [move(A, B, 1n), { kind: "closed", who: A }]);
    await caughtUp(indexer, chain);
    await expectChain(chain);
    expect(health.report().services.indexer).toEqual({ status: "ready" });
    const { rows } = await readFeed(database, { after: 0, limit: 10_000 });
    expect(rows.map((row) => row.sequenceId)).toEqual(Array.from({ length: 702 }, (_, i) => i + 1));
  });

  it("announces each row after it is committed, with what its subjects are told", async () => {
    const chain = new FakeChain();
    const { indexer } = await run(chain);
    await caughtUp(indexer, chain);
    const follower = createFeedFollower({ database, bus, clock: systemClock, logger });
    await follower.start(new AbortController().signal);
    const heard: FeedRow[] = [];
    follower.listen({ onRows: (rows) => heard.push(...rows), onEpoch: () => {} });
    chain.mine([move(A, B, 7n), move(A, B, 1n)]);
    await expect.poll(() => heard.length, { interval: 2 }).toBe(2);
    expect(heard).toMatchObject([
      {
        kind: "event",
        event: { amount: "7" },
        topics: ["feed", `address:${B}`],
        personal: [],
      },
      {
        event: { amount: "1" },
        personal: [
          { address: A, message: { balance: "-8" } },
          { address: B, message: { balance: "8" } },
        ],
      },
    ]);
    await follower.stop();
  });

  it("retracts a reorganized branch in the same breath as it puts tables back", async () => {
    const chain = new FakeChain();
    const { indexer } = await run(chain);
    chain.mine(
      [move(A, B, 10n)],
      [move(A, B, 20n)],
      [move(A, B, 30n)],
      [{ kind: "closed", who: B }],
    );
    await caughtUp(indexer, chain);
    chain.reorg(3, [move(B, A, 1n)], [], [], [move(A, B, 2n)]);
    await caughtUp(indexer, chain);
    await expectChain(chain);
    const { rows } = await readFeed(database, { after: 3, limit: 10 });
    expect(rows).toMatchObject([
      { kind: "retract", retracts: [3], personal: [] },
      {
        kind: "retract",
        retracts: [2],
        personal: [
          { address: A, message: { balance: "-10" } },
          { address: B, message: { balance: "10" } },
        ],
      },
      { kind: "event", event: { amount: "1" } },
      { kind: "event", event: { amount: "2" } },
    ]);
  });
});

describe("createIndexer, on a chain that is reorganized,", () => {
  it("sees a branch that is shorter than the one it replaces", async () => {
    const chain = new FakeChain({ pushes: false });
    const { indexer } = await run(chain);
    chain.mine([move(A, B, 10n)], [move(A, B, 20n)], [move(A, B, 30n)]);
    await caughtUp(indexer, chain);
    chain.reorg(2, [move(B, A, 1n)]);
    await caughtUp(indexer, chain);
    chain.reorg(1);
    await caughtUp(indexer, chain);
    await expectChain(chain);
  });

  it("derives all anew, under a new epoch, when a reorg is deeper than what can be undone", async () => {
    const chain = new FakeChain();
    const { indexer } = await run(chain, { horizonBlocks: 4 });
    chain.mine(...Array.from({ length: 20 }, (_, i) => [move(A, B, BigInt(i))]));
    await caughtUp(indexer, chain);
    const before = await readFeed(database, { after: 0, limit: 0 });
    const asked = chain.asked.get("eth_getLogs") ?? 0;
    chain.reorg(12, ...Array.from({ length: 13 }, (_, i) => [move(B, A, BigInt(i))]));
    await caughtUp(indexer, chain);
    await expectChain(chain);
    const after = await readFeed(database, { after: 0, limit: 0 });
    expect(after.position.epoch).not.toBe(before.position.epoch);
    // What still holds was derived from the database: only the new branch was fetched.
    expect((chain.asked.get("eth_getLogs") ?? 0) - asked).toBeLessThanOrEqual(13);
  });
});

describe("createIndexer on a database that has been used", () => {
  it("goes on where it stopped", async () => {
    const chain = new FakeChain();
    const first = await run(chain);
    chain.mine([move(A, B, 1n)], [move(A, B, 2n)]);
    await caughtUp(first.indexer, chain);
    await first.indexer.stop();
    chain.reorg(1, [move(B, A, 3n)], [move(B, A, 4n)]);
    const second = await run(chain);
    await caughtUp(second.indexer, chain);
    await expectChain(chain);
    const { rows } = await readFeed(database, { after: 0, limit: 10 });
    expect(rows.map((row) => row.kind)).toEqual(["event", "event", "retract", "event", "event"]);
  });

  it("begins anew on a chain that was wiped and began again", async () => {
    const old = new FakeChain();
    const first = await run(old);
    old.mine([move(A, B, 1n)], [move(A, B, 2n)]);
    await caughtUp(first.indexer, old);
    await first.indexer.stop();
    const fresh = new FakeChain({ genesis: "another" });
    fresh.mine([move(B, A, 9n)]);
    const second = await run(fresh);
    await caughtUp(second.indexer, fresh);
    await expectChain(fresh);
  });

  it("refuses a chain of another id, and says what to do", async () => {
    const chain = new FakeChain();
    const { indexer } = await run(chain);
    await caughtUp(indexer, chain);
    await indexer.stop();
    await database.query("UPDATE indexer.chain SET chain_id = 1");
    await expect(run(chain)).rejects.toMatchObject({
      fault: { code: "INDEXER_CHAIN_MISMATCH", stored: "1", answered: "31337" },
      message: expect.stringContaining("use another database"),
    });
  });

  it("derives tables again from what is stored when a product changes", async () => {
    const chain = new FakeChain();
    const first = await run(chain);
    chain.mine([move(A, B, 1n)], [{ kind: "closed", who: B }]);
    await caughtUp(first.indexer, chain);
    await first.indexer.stop();
    const { "Ledger:Closed": _, ...projections } = product.projections;
    const asked = chain.asked.get("eth_getLogs") ?? 0;
    const second = await run(chain, { products: [{ ...product, projections }] });
    await caughtUp(second.indexer, chain);
    expect((await storedState(database)).accounts).toHaveLength(2);
    expect(chain.asked.get("eth_getLogs")).toBe(asked);
  });

  it("lets one process write and another take over when it ends", async () => {
    const chain = new FakeChain();
    const first = await run(chain);
    chain.mine([move(A, B, 1n)]);
    await caughtUp(first.indexer, chain);
    const second = await run(chain);
    chain.mine([move(A, B, 2n)]);
    await caughtUp(first.indexer, chain);
    expect(second.indexer.point).toBeUndefined();
    await first.indexer.stop();
    chain.mine([move(A, B, 3n)]);
    await caughtUp(second.indexer, chain);
    await expectChain(chain);
  });
});
