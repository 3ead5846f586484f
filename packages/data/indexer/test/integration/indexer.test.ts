import { createFeedFollower, FEED_REVISION, type FeedRow, readFeed } from "@ghostchain/feed";
import { systemClock } from "@ghostchain/service";
import { type Address, getAddress } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FakeChain, type LedgerEvent } from "../support/fake-chain.ts";
import { IndexerStand } from "../support/indexer-stand.ts";
import { storedState } from "../support/ledger-model.ts";
import { ledgerProduct } from "../support/ledger-product.ts";

const product = ledgerProduct({ startBlock: 1n });
const A = getAddress("0x00000000000000000000000000000000000000aa");
const B = getAddress("0x00000000000000000000000000000000000000bb");

let stand: IndexerStand;
beforeAll(async () => {
  stand = await IndexerStand.open();
});
afterEach(() => stand.reset());
afterAll(() => stand.close());

function move(from: Address, to: Address, amount: bigint): LedgerEvent {
  return { kind: "moved", from, to, amount };
}

describe("createIndexer", () => {
  it("stores history and then the live tail without a seam", async () => {
    const chain = new FakeChain();
    chain.mine(...Array.from({ length: 700 }, (_, i) => [move(A, B, BigInt(i))]));
    chain.faults = { ...chain.faults, rangeBlocks: 37 };
    const running = await stand.run(chain);
    await stand.caughtUp(running, chain);
    chain.mine([move(B, A, 5n)], [], [move(A, B, 1n), { kind: "closed", who: A }]);
    await stand.caughtUp(running, chain);
    await stand.expectChain(chain);
    expect(running.health.report().services.indexer).toEqual({ status: "ready" });
    const { rows } = await readFeed(stand.database, { after: 0, limit: 10_000 });
    expect(rows.map((row) => row.sequenceId)).toEqual(Array.from({ length: 702 }, (_, i) => i + 1));
  });

  it("announces each row after it is committed, with what its subjects are told", async () => {
    const chain = new FakeChain();
    const running = await stand.run(chain);
    await stand.caughtUp(running, chain);
    const follower = createFeedFollower({ ...stand, clock: systemClock });
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
    const running = await stand.run(chain);
    chain.mine(
      [move(A, B, 10n)],
      [move(A, B, 20n)],
      [move(A, B, 30n)],
      [{ kind: "closed", who: B }],
    );
    await stand.caughtUp(running, chain);
    chain.reorg(3, [move(B, A, 1n)], [], [], [move(A, B, 2n)]);
    await stand.caughtUp(running, chain);
    await stand.expectChain(chain);
    const { rows } = await readFeed(stand.database, { after: 3, limit: 10 });
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
  it("moves the feed's revision whenever its tables change, also where no row tells of it", async () => {
    const chain = new FakeChain();
    const running = await stand.run(chain);
    chain.mine([move(A, B, 10n)]);
    const revision = async () => {
      await stand.caughtUp(running, chain);
      const [row] = await stand.database.query(`SELECT ${FEED_REVISION} AS revision`, []);
      return row?.revision;
    };
    const seen = [await revision()];
    chain.mine([{ kind: "closed", who: B }]);
    seen.push(await revision());
    chain.reorg(1);
    chain.mine([], []);
    seen.push(await revision());
    expect(new Set(seen).size).toBe(3);
    chain.mine([], []);
    expect(await revision()).toBe(seen.at(-1));
  });

  it("sees a branch that is shorter than the one it replaces", async () => {
    const chain = new FakeChain({ pushes: false });
    const running = await stand.run(chain);
    chain.mine([move(A, B, 10n)], [move(A, B, 20n)], [move(A, B, 30n)]);
    await stand.caughtUp(running, chain);
    chain.reorg(2, [move(B, A, 1n)]);
    await stand.caughtUp(running, chain);
    chain.reorg(1);
    await stand.caughtUp(running, chain);
    await stand.expectChain(chain);
  });

  it("derives all anew, under a new epoch, when a reorg is deeper than what can be undone", async () => {
    const chain = new FakeChain();
    const running = await stand.run(chain, { horizonBlocks: 4 });
    chain.mine(...Array.from({ length: 20 }, (_, i) => [move(A, B, BigInt(i))]));
    await stand.caughtUp(running, chain);
    const before = await readFeed(stand.database, { after: 0, limit: 0 });
    const asked = chain.asked.get("eth_getLogs") ?? 0;
    chain.reorg(12, ...Array.from({ length: 13 }, (_, i) => [move(B, A, BigInt(i))]));
    await stand.caughtUp(running, chain);
    await stand.expectChain(chain);
    const after = await readFeed(stand.database, { after: 0, limit: 0 });
    expect(after.position.epoch).not.toBe(before.position.epoch);
    // What still holds was derived from the database: only the new branch was fetched.
    expect((chain.asked.get("eth_getLogs") ?? 0) - asked).toBeLessThanOrEqual(13);
  });
});

describe("createIndexer on a database that has been used", () => {
  it("goes on where it stopped", async () => {
    const chain = new FakeChain();
    const first = await stand.run(chain);
    chain.mine([move(A, B, 1n)], [move(A, B, 2n)]);
    await stand.caughtUp(first, chain);
    await first.indexer.stop();
    chain.reorg(1, [move(B, A, 3n)], [move(B, A, 4n)]);
    const second = await stand.run(chain);
    await stand.caughtUp(second, chain);
    await stand.expectChain(chain);
    const { rows } = await readFeed(stand.database, { after: 0, limit: 10 });
    expect(rows.map((row) => row.kind)).toEqual(["event", "event", "retract", "event", "event"]);
  });

  it("begins anew on a chain that was wiped and began again", async () => {
    const old = new FakeChain();
    const first = await stand.run(old);
    old.mine([move(A, B, 1n)], [move(A, B, 2n)]);
    await stand.caughtUp(first, old);
    await first.indexer.stop();
    const fresh = new FakeChain({ genesis: "another" });
    fresh.mine([move(B, A, 9n)]);
    const second = await stand.run(fresh);
    await stand.caughtUp(second, fresh);
    await stand.expectChain(fresh);
  });

  it("refuses a chain of another id, and says what to do", async () => {
    const chain = new FakeChain();
    const running = await stand.run(chain);
    await stand.caughtUp(running, chain);
    await running.indexer.stop();
    await stand.database.query("UPDATE indexer.chain SET chain_id = 1");
    await expect(stand.run(chain)).rejects.toMatchObject({
      fault: { code: "INDEXER_CHAIN_MISMATCH", stored: "1", answered: "31337" },
      message: expect.stringContaining("use another database"),
    });
  });

  it("derives tables again from what is stored when a product changes", async () => {
    const chain = new FakeChain();
    const first = await stand.run(chain);
    chain.mine([move(A, B, 1n)], [{ kind: "closed", who: B }]);
    await stand.caughtUp(first, chain);
    await first.indexer.stop();
    const { "Ledger:Closed": _, ...projections } = product.projections;
    const asked = chain.asked.get("eth_getLogs") ?? 0;
    const second = await stand.run(chain, { products: [{ ...product, projections }] });
    await stand.caughtUp(second, chain);
    expect((await storedState(stand.database)).accounts).toHaveLength(2);
    expect(chain.asked.get("eth_getLogs")).toBe(asked);
  });

  it("lets one process write and another take over when it ends", async () => {
    const chain = new FakeChain();
    const first = await stand.run(chain);
    chain.mine([move(A, B, 1n)]);
    await stand.caughtUp(first, chain);
    const second = await stand.run(chain);
    chain.mine([move(A, B, 2n)]);
    await stand.caughtUp(first, chain);
    expect(second.indexer.point).toBeUndefined();
    const standingBy = { status: "ready", reason: expect.stringContaining("standing by") };
    await expect
      .poll(() => second.health.report().services.indexer, { timeout: 10_000 })
      .toMatchObject(standingBy);
    await first.indexer.stop();
    chain.mine([move(A, B, 3n)]);
    await stand.caughtUp(second, chain);
    await stand.expectChain(chain);
  });
});
