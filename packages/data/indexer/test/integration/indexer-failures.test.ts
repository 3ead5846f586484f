import { readFeed } from "@ghostchain/feed";
import type { Product } from "@ghostchain/product";
import { type Address, getAddress } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createIndexer } from "../../src/indexer.ts";
import { FakeChain, type LedgerEvent, NO_FAULTS } from "../support/fake-chain.ts";
import { IndexerStand, START_BLOCK } from "../support/indexer-stand.ts";
import { LEDGER_ABI, ledgerProduct } from "../support/ledger-product.ts";

const A = getAddress("0x00000000000000000000000000000000000000aa");
const B = getAddress("0x00000000000000000000000000000000000000bb");
const product = ledgerProduct({ startBlock: START_BLOCK });

let stand: IndexerStand;
beforeAll(async () => {
  stand = await IndexerStand.open();
});
afterEach(() => stand.reset());
afterAll(() => stand.close());

function move(from: Address, to: Address, amount: bigint): LedgerEvent {
  return { kind: "moved", from, to, amount };
}

function withProjection(key: string, projection: Product["projections"][string]): Product {
  return { ...product, projections: { ...product.projections, [key]: projection } };
}

describe("createIndexer, when a product fails,", () => {
  it("names it in its health, keeps nothing of the block, and goes on when it works again", async () => {
    let broken = true;
    const flawed = withProjection("Ledger:Moved", async (event, sql) => {
      await product.projections["Ledger:Moved"]?.(event, sql);
      if (broken && event.args.amount === 13n) throw new Error("I am superstitious");
    });
    const chain = new FakeChain();
    const running = await stand.run(chain, { products: [flawed] });
    chain.mine([move(A, B, 1n)]);
    await stand.caughtUp(running, chain);
    chain.mine([move(A, B, 5n), move(A, B, 13n)]);
    const health = () => running.health.report().services.indexer;
    await expect.poll(() => health()?.status, { timeout: 5_000 }).toBe("failing");
    expect(health()?.reason).toBe("product ledger, Ledger:Moved in block 2: I am superstitious");
    expect((await readFeed(stand.database, { after: 0, limit: 9 })).position.sequenceId).toBe(1);
    broken = false;
    await stand.caughtUp(running, chain);
    await stand.expectChain(chain);
    expect(health()).toEqual({ status: "ready" });
  });

  it("names the one whose change was refused, though its answer was not waited for", async () => {
    const flawed = withProjection("Ledger:Moved", async (_event, sql) => {
      sql.send("INSERT INTO ledger.nowhere VALUES ($1)", [1]);
      sql.send("SELECT 1", []);
    });
    const chain = new FakeChain();
    const running = await stand.run(chain, { products: [flawed] });
    chain.mine([move(A, B, 1n)]);
    const reason = () => running.health.report().services.indexer?.reason;
    await expect.poll(reason, { timeout: 5_000 }).toMatch(/product ledger, Ledger:Moved.*nowhere/);
  });

  it("skips a log that does not fit its event, and counts it", async () => {
    const [moved, closed] = LEDGER_ABI;
    const [from, to, amount] = moved.inputs;
    // The same event signature, but another split between topics and data.
    const abi = [{ ...moved, inputs: [from, { ...to, indexed: false }, amount] }, closed];
    const contract = product.contracts.Ledger;
    if (contract === undefined) throw new Error("the ledger has a contract");
    const misread = { ...product, contracts: { Ledger: { ...contract, abi } } };
    const chain = new FakeChain();
    const running = await stand.run(chain, { products: [misread] });
    chain.mine([move(A, B, 1n)]);
    await stand.caughtUp(running, chain);
    expect(await running.metrics.metrics()).toContain("indexer_undecodable_logs_total 1");
  });
});

describe("createIndexer, when its surroundings fail,", () => {
  it("says that the chain errs, and goes on when it does not any more", async () => {
    const chain = new FakeChain();
    const running = await stand.run(chain);
    await stand.caughtUp(running, chain);
    chain.faults = { ...NO_FAULTS, error: 1 };
    chain.mine([move(A, B, 1n)]);
    const health = () => running.health.report().services.indexer;
    await expect.poll(() => health()?.status, { timeout: 5_000 }).toBe("failing");
    expect(health()?.reason).toContain("the server had a bad moment");
    chain.faults = NO_FAULTS;
    await stand.caughtUp(running, chain);
    await stand.expectChain(chain);
  });

  it("rejects its start, and says where, when no chain answers in the time allowed", async () => {
    const nobody = { products: [product], rpc: "http://127.0.0.1:1", connectTimeoutMs: 150 };
    await expect(stand.run(new FakeChain(), nobody)).rejects.toMatchObject({
      fault: { code: "INDEXER_SOURCE_UNREACHABLE", where: "http://127.0.0.1:1" },
    });
  });

  it("stops at once while it waits for a chain", async () => {
    const nobody = { products: [product], rpc: "http://127.0.0.1:1", connectTimeoutMs: 60_000 };
    const starting = stand.run(new FakeChain(), nobody);
    starting.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    await stand.reset();
    await expect(starting).rejects.toThrow();
  });

  it("refuses a product that could not work before it opens anything", () => {
    const broken = withProjection("Ledger:Vanished", async () => {});
    expect(() => createIndexer({} as never, { products: [broken], rpc: "http://x" })).toThrow(
      expect.objectContaining({ code: "PRODUCT_EVENT_UNKNOWN" }),
    );
  });
});
