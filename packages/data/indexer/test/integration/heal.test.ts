import { feedPosition } from "@ghostchain/feed";
import type { Product } from "@ghostchain/product";
import { type Address, getAddress, numberToHex } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Eip1193Provider } from "../../src/rpc/provider-connection.ts";
import { FakeChain, type LedgerEvent } from "../support/fake-chain.ts";
import { IndexerStand, START_BLOCK } from "../support/indexer-stand.ts";
import { ledgerProduct } from "../support/ledger-product.ts";

const HORIZON_BLOCKS = 8;
const product = ledgerProduct({ startBlock: START_BLOCK });
const settings = { horizonBlocks: HORIZON_BLOCKS };

let stand: IndexerStand;
beforeAll(async () => {
  stand = await IndexerStand.open();
});
afterEach(() => stand.reset());
afterAll(() => stand.close());

const account = (index: number): Address => getAddress(numberToHex(0xa0 + index, { size: 20 }));

/** So many blocks, each with a movement that no other call makes. */
function blocks(count: number, salt: number): LedgerEvent[][] {
  return Array.from({ length: count }, (_, i) => [
    { kind: "moved", from: account(i % 5), to: account(salt), amount: BigInt(i * 100 + salt) },
  ]);
}

/** A server behind which the chain may be exchanged. */
class Server implements Eip1193Provider {
  chain: FakeChain;

  constructor(chain: FakeChain) {
    this.chain = chain;
  }

  request(asked: { method: string; params?: readonly unknown[] }) {
    return this.chain.request(asked);
  }
}

function chainOf(genesis: string, ...lists: LedgerEvent[][]): FakeChain {
  const chain = new FakeChain({ pushes: false, genesis });
  chain.mine(...lists);
  return chain;
}

describe("an indexer whose chain goes back", () => {
  it("to its genesis, past every block it stored, ends with what the new branch says", async () => {
    const chain = chainOf("genesis", ...blocks(40, 1), ...Array.from({ length: 90 }, () => []));
    const running = await stand.run(chain, settings);
    await stand.caughtUp(running, chain);
    // Blocks without events are forgotten by now.
    chain.mine(...Array.from({ length: 90 }, () => []));
    await stand.caughtUp(running, chain);
    chain.reorg(1_000, ...blocks(230, 2));
    await stand.caughtUp(running, chain);
    await stand.expectChain(chain);
  });

  it("and stays short for long, holds what the short chain says, and goes on when it grows", async () => {
    const chain = chainOf("genesis", ...blocks(6, 1));
    const running = await stand.run(chain, settings);
    await stand.caughtUp(running, chain);
    chain.reorg(4);
    await stand.caughtUp(running, chain);
    await new Promise((done) => setTimeout(done, 300));
    await stand.expectChain(chain);
    chain.mine(...blocks(9, 2));
    await stand.caughtUp(running, chain);
    await stand.expectChain(chain);
  });

  it("and is short by more than can be undone, heals all the same", async () => {
    const chain = chainOf("genesis", ...blocks(40, 1));
    const running = await stand.run(chain, settings);
    await stand.caughtUp(running, chain);
    const before = await feedPosition(stand.database);
    chain.reorg(35);
    await stand.caughtUp(running, chain);
    await stand.expectChain(chain);
    expect((await feedPosition(stand.database)).epoch).not.toBe(before.epoch);
    chain.mine(...blocks(60, 2));
    await stand.caughtUp(running, chain);
    await stand.expectChain(chain);
  });
});

describe("an indexer whose server has another chain", () => {
  it("of another genesis, shorter and while it runs, holds that one in the end", async () => {
    const server = new Server(chainOf("genesis", ...blocks(40, 1)));
    const running = await stand.run(server, settings);
    await stand.caughtUp(running, server.chain);
    server.chain = chainOf("another", ...blocks(5, 2));
    await stand.caughtUp(running, server.chain);
    await stand.expectChain(server.chain);
    server.chain.mine(...blocks(3, 3));
    await stand.caughtUp(running, server.chain);
    await stand.expectChain(server.chain);
    await running.indexer.stop();
    const again = await stand.run(server, settings);
    await stand.caughtUp(again, server.chain);
    await stand.expectChain(server.chain);
  });

  it("of another branch in the midst of history, mixes nothing of the two", async () => {
    // Longer than what is read ahead.
    const chain = chainOf(
      "genesis",
      ...blocks(7_000, 1).map((events, i) => (i % 10 ? [] : events)),
    );
    let forked = false;
    const slow: Product = {
      ...product,
      projections: {
        ...product.projections,
        "Ledger:Moved": async (event, sql) => {
          await product.projections["Ledger:Moved"]?.(event, sql);
          if (forked || event.blockNumber !== 31n) return;
          // All that is read ahead has come; what is read next is of the other branch, and whole in itself.
          await new Promise((done) => setTimeout(done, 300));
          chain.reorg(6_995, ...blocks(7_020, 2).map((events, i) => (i % 10 ? [] : events)));
          forked = true;
        },
      },
    };
    const running = await stand.run(chain, { ...settings, products: [slow] });
    await expect.poll(() => forked, { timeout: 10_000 }).toBe(true);
    await stand.caughtUp(running, chain);
    await stand.expectChain(chain);
  });
});
