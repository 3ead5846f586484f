import { feedPosition, readFeed } from "@ghostchain/feed";
import { type Address, getAddress, numberToHex } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bankProduct, expectedBank, storedBank } from "../support/bank-product.ts";
import { FakeChain, type LedgerEvent, NO_FAULTS } from "../support/fake-chain.ts";
import { IndexerStand, type RunningIndexer } from "../support/indexer-stand.ts";
import { expectedState, type LedgerState, storedState } from "../support/ledger-model.ts";
import { ledgerProduct } from "../support/ledger-product.ts";
import { Random } from "../support/random.ts";

const HORIZON_BLOCKS = 8;
const products = [
  ledgerProduct({ startBlock: 1n }),
  bankProduct({ startBlock: 1n, chain: "other" }),
];

let stand: IndexerStand;
let main: FakeChain;
let other: FakeChain;
beforeAll(async () => {
  stand = await IndexerStand.open();
});
afterEach(() => stand.reset());
afterAll(() => stand.close());

function chains(options: { seed: number }): void {
  main = new FakeChain({ seed: options.seed });
  other = new FakeChain({ seed: options.seed + 1, chainId: 5, genesis: "other" });
}

function run(): Promise<RunningIndexer> {
  return stand.start({
    products,
    chains: { main: { rpc: main }, other: { rpc: other } },
    ...{ pollMs: 10, horizonBlocks: HORIZON_BLOCKS, connectTimeoutMs: 300 },
  });
}

async function caughtUp({ indexer }: RunningIndexer, ...on: [string, FakeChain][]): Promise<void> {
  const options = { timeout: 15_000, interval: 5 };
  for (const [name, chain] of on)
    await expect.poll(() => indexer.points.get(name)?.hash, options).toBe(chain.head.hash);
}

const both = (): [string, FakeChain][] => [
  ["main", main],
  ["other", other],
];

/** Tables and feed of both products are what their chains say. */
async function expectBoth(): Promise<void> {
  const { feed, ...tables } = await storedState(stand.database);
  const ofLedger = feed.filter(({ type }) => type === "MOVED");
  const expected: LedgerState = expectedState(main.blocks, 1n);
  expect({ ...tables, feed: ofLedger }).toEqual(expected);
  expect(await storedBank(stand.database)).toEqual(expectedBank(other.blocks, 1n));
  const { rows, position } = await readFeed(stand.database, { after: 0, limit: 100_000 });
  expect(rows.map((row) => row.sequenceId)).toEqual(rows.map((_, index) => index + 1));
  expect(position.sequenceId).toBe(rows.length);
}

const account = (index: number): Address => getAddress(numberToHex(0xa0 + index, { size: 20 }));

function moved(amount: bigint, at?: Address): LedgerEvent {
  const event = { kind: "moved", from: account(0), to: account(1), amount } as const;
  return at === undefined ? event : { ...event, at };
}

function randomEvents(random: Random, chain: FakeChain): LedgerEvent[] {
  return Array.from({ length: random.below(4) }, (): LedgerEvent => {
    if (chain === other) {
      const branch = account(random.below(6));
      if (random.chance(0.3)) return { kind: "opened", branch };
      return moved(BigInt(random.below(100)), branch);
    }
    if (random.chance(0.15)) return { kind: "closed", who: account(random.below(2)) };
    return moved(BigInt(random.below(100)));
  });
}

describe("an indexer of two chains", () => {
  it("holds what both say in the end, in one sequence, whatever each is reorganized to", async () => {
    for (const seed of [1, 2, 3]) {
      const random = new Random(seed);
      chains({ seed });
      let running = await run();
      for (let step = 0; step < 40; step++) {
        const chain = random.chance(0.5) ? main : other;
        const depth = random.chance(0.1) ? 1 + random.below(20) : 1 + random.below(4);
        const lists = Array.from({ length: 1 + random.below(3) }, () =>
          randomEvents(random, chain),
        );
        if (random.chance(0.3)) chain.reorg(depth, ...lists);
        else chain.mine(...lists);
        if (random.chance(0.3)) chain.faults = { ...NO_FAULTS, error: random.next() * 0.1 };
        if (random.chance(0.5)) await new Promise((done) => setTimeout(done, random.below(15)));
        if (random.chance(0.05)) {
          await running.indexer.stop();
          main.faults = NO_FAULTS;
          other.faults = NO_FAULTS;
          running = await run();
        }
      }
      for (const [, chain] of both()) {
        chain.faults = NO_FAULTS;
        chain.mine([]);
      }
      await caughtUp(running, ...both());
      await expectBoth();
      await stand.reset();
    }
  }, 60_000);
});

describe("an indexer of two chains, of which one", () => {
  it("is reorganized, undoes that without touching what stands of the other", async () => {
    chains({ seed: 1 });
    const branch = account(3);
    const running = await run();
    main.mine([moved(1n)], [moved(2n)]);
    other.mine([{ kind: "opened", branch }, moved(5n, branch)], [moved(6n, branch)]);
    await caughtUp(running, ...both());
    other.reorg(1, [moved(7n, branch)], []);
    await caughtUp(running, ...both());
    await expectBoth();
    const { rows } = await readFeed(stand.database, { after: 4, limit: 10 });
    expect(rows.map(({ kind }) => kind)).toEqual(["retract", "event"]);
  });

  it("is reorganized deeply, derives it anew under a new epoch that begins with what stands of the other", async () => {
    chains({ seed: 1 });
    const branch = account(3);
    const running = await run();
    main.mine([moved(1n)], [moved(2n)], [moved(3n)]);
    await caughtUp(running, ...both());
    main.reorg(1, [moved(4n)], []);
    const forty = Array.from({ length: 40 }, (_, i) => [moved(BigInt(i), branch)]);
    other.mine([{ kind: "opened", branch }], ...forty);
    await caughtUp(running, ...both());
    const before = await feedPosition(stand.database);
    const asked = main.asked.get("eth_getLogs");
    other.reorg(30, ...forty);
    await caughtUp(running, ...both());
    await expectBoth();
    const { position, rows } = await readFeed(stand.database, { after: 0, limit: 3 });
    expect(position.epoch).not.toBe(before.epoch);
    expect(rows.map((row) => row.kind === "event" && row.event.amount)).toEqual(["1", "2", "4"]);
    // What stands can still be taken back, and nothing of the chain was fetched for it.
    expect(main.asked.get("eth_getLogs")).toBe(asked);
    main.reorg(2, [], [moved(9n)]);
    await caughtUp(running, ...both());
    await expectBoth();
  });

  it("is down, follows the one that answers, and names the other in its health", async () => {
    chains({ seed: 1 });
    other.faults = { ...NO_FAULTS, error: 1 };
    const running = await stand.start({
      products,
      chains: { main: { rpc: main }, other: { rpc: "http://127.0.0.1:1" } },
      ...{ pollMs: 10, connectTimeoutMs: 200 },
    });
    main.mine([moved(1n)]);
    await caughtUp(running, ["main", main]);
    const reason = () => running.health.report().services.indexer?.reason;
    await expect.poll(reason, { timeout: 10_000 }).toMatch(/^chain other: .*127\.0\.0\.1:1/);
    main.mine([moved(2n)]);
    await caughtUp(running, ["main", main]);
  });

  it("nobody named, refuses the product that is on it", async () => {
    chains({ seed: 1 });
    await expect(stand.start({ products, chains: { main: { rpc: main } } })).rejects.toMatchObject({
      fault: { code: "INDEXER_CHAIN_UNKNOWN", product: "bank", chain: "other", known: ["main"] },
    });
  });
});
