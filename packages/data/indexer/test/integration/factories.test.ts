import { type Address, getAddress, numberToHex } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bankProduct, expectedBank, storedBank } from "../support/bank-product.ts";
import { FakeChain, type LedgerEvent } from "../support/fake-chain.ts";
import { IndexerStand } from "../support/indexer-stand.ts";
import { LEDGER_ADDRESS } from "../support/ledger-product.ts";
import { Random } from "../support/random.ts";

const product = bankProduct({ startBlock: 1n });
const settings = { products: [product], horizonBlocks: 8 };

let stand: IndexerStand;
beforeAll(async () => {
  stand = await IndexerStand.open();
});
afterEach(() => stand.reset());
afterAll(() => stand.close());

function branch(index: number): Address {
  return getAddress(numberToHex(0xb00_000 + index, { size: 20 }));
}

function open(index: number): LedgerEvent {
  return { kind: "opened", branch: branch(index) };
}

function move(index: number, amount: bigint): LedgerEvent {
  return { kind: "moved", from: LEDGER_ADDRESS, to: LEDGER_ADDRESS, amount, at: branch(index) };
}

async function expectBank(chain: FakeChain): Promise<void> {
  expect(await storedBank(stand.database)).toEqual(expectedBank(chain.blocks, 1n));
}

async function storedChildren(): Promise<number> {
  const [row] = await stand.database.query<{ count: bigint }>(
    "SELECT count(*) AS count FROM indexer.child",
  );
  return Number(row?.count);
}

describe("a factory's children", () => {
  it("count from the log that tells of them, in history and at the tail, in one block too", async () => {
    const chain = new FakeChain();
    chain.mine([move(1, 1n), open(1), move(1, 10n)], [], [move(1, 100n), move(2, 7n)]);
    chain.mine(...Array.from({ length: 30 }, (_, i) => [move(1, BigInt(i))]));
    const running = await stand.run(chain, settings);
    await stand.caughtUp(running, chain);
    await expectBank(chain);
    chain.mine([move(2, 1n), open(2), move(2, 2n), move(3, 5n)], [move(2, 3n), open(3)]);
    await stand.caughtUp(running, chain);
    chain.mine([move(3, 4n)], [open(4)], [move(4, 6n), open(4), move(4, 1n)]);
    await stand.caughtUp(running, chain);
    await expectBank(chain);
    expect(await storedChildren()).toBe(4);
    // What is kept does not depend on how it was asked for: nothing from before a child was told of.
    const kept = await stand.database.query("SELECT FROM indexer.event WHERE block_number = 1");
    expect(kept).toHaveLength(2);
  });

  it("are taken back by a reorg, and known again after a restart", async () => {
    const chain = new FakeChain();
    const running = await stand.run(chain, settings);
    chain.mine([open(1)], [open(2), move(2, 5n)], [move(1, 1n), move(2, 6n)]);
    await stand.caughtUp(running, chain);
    chain.reorg(2, [move(2, 9n), move(1, 2n)], [move(2, 9n)], [open(3)]);
    await stand.caughtUp(running, chain);
    await expectBank(chain);
    expect(await storedChildren()).toBe(2);
    await running.indexer.stop();
    chain.mine([move(3, 8n), move(1, 3n), move(2, 1n)]);
    const again = await stand.run(chain, settings);
    await stand.caughtUp(again, chain);
    await expectBank(chain);
  });

  it("may be thousands: then they are asked for by topic, and others' logs are left out", async () => {
    const chain = new FakeChain();
    const random = new Random(7);
    const stranger: LedgerEvent = {
      ...move(0, 1n),
      at: getAddress(`0x${"77".repeat(20)}`),
    } as never;
    const blocks = Array.from({ length: 400 }, (_, block) => [
      ...Array.from({ length: 5 }, (_, i) => open(block * 5 + i)),
      ...Array.from({ length: 4 }, () => move(random.below(2_000), BigInt(random.below(99)))),
      stranger,
    ]);
    chain.mine(...blocks);
    chain.faults = { ...chain.faults, rangeBlocks: 23 };
    const running = await stand.run(chain, settings);
    await stand.caughtUp(running, chain);
    await expectBank(chain);
    expect(await storedChildren()).toBe(2_000);
    chain.mine([open(2_000), move(2_000, 3n), stranger], [move(17, 3n), move(2_000, 4n)]);
    await stand.caughtUp(running, chain);
    chain.reorg(2, [move(2_000, 1n)], [open(2_001), move(2_001, 1n)], [move(17, 5n)]);
    await stand.caughtUp(running, chain);
    await expectBank(chain);
    const strangers = await stand.database.query(
      "SELECT FROM indexer.event WHERE address = decode(repeat('77', 20), 'hex')",
    );
    expect(strangers).toEqual([]);
    await running.indexer.stop();
    chain.mine([move(1_999, 3n)]);
    const again = await stand.run(chain, settings);
    await stand.caughtUp(again, chain);
    await expectBank(chain);
  });

  it("are derived again where a reorg is deeper than what can be undone", async () => {
    const chain = new FakeChain();
    const running = await stand.run(chain, settings);
    chain.mine([open(1)], ...Array.from({ length: 15 }, (_, i) => [open(2 + i), move(2 + i, 1n)]));
    await stand.caughtUp(running, chain);
    const other = Array.from({ length: 14 }, (_, i) => [move(2 + i, 5n), open(3 + i), move(1, 1n)]);
    chain.reorg(12, ...other);
    await stand.caughtUp(running, chain);
    await expectBank(chain);
  });
});
