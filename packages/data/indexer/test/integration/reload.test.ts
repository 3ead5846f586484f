import { feedPosition, readFeed } from "@ghostchain/feed";
import { defineProduct, type Product } from "@ghostchain/product";
import { getAddress } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bankProduct } from "../support/bank-product.ts";
import { FakeChain, type LedgerEvent } from "../support/fake-chain.ts";
import { IndexerStand, type RunningIndexer } from "../support/indexer-stand.ts";
import { storedState } from "../support/ledger-model.ts";
import { ledgerProduct } from "../support/ledger-product.ts";

const A = getAddress("0x00000000000000000000000000000000000000aa");
const B = getAddress("0x00000000000000000000000000000000000000bb");
const product = ledgerProduct({ startBlock: 1n });

let stand: IndexerStand;
let chain: FakeChain;
let running: RunningIndexer;
beforeAll(async () => {
  stand = await IndexerStand.open();
});
beforeEach(async () => {
  chain = new FakeChain();
  chain.mine([move(1n)], [move(2n)]);
  running = await stand.run(chain, { products: [product] });
  await stand.caughtUp(running, chain);
});
afterEach(() => stand.reset());
afterAll(() => stand.close());

function move(amount: bigint): LedgerEvent {
  return { kind: "moved", from: A, to: B, amount };
}

/** The same product, but for what it does with a movement. */
function doubled(): Product {
  const projections: Product["projections"] = {
    ...product.projections,
    "Ledger:Moved": async ({ args }, sql) => {
      sql.send("INSERT INTO ledger.account VALUES ($1, 2 * $2::numeric) ON CONFLICT DO NOTHING", [
        ...[args.to, args.amount],
      ]);
    },
  };
  return { ...product, projections };
}

async function balanceOfB(): Promise<bigint | undefined> {
  const { accounts } = await storedState(stand.database);
  return accounts.find(({ address }) => address === B)?.balance;
}

describe("Indexer.reload", () => {
  it("derives again what changed, from what is stored, under a new epoch, and goes on", async () => {
    const before = await feedPosition(stand.database);
    const asked = chain.asked.get("eth_getLogs");
    await running.indexer.reload([doubled()]);
    await expect.poll(balanceOfB, { timeout: 5_000 }).toBe(2n);
    expect((await feedPosition(stand.database)).epoch).not.toBe(before.epoch);
    expect(chain.asked.get("eth_getLogs")).toBe(asked);
    chain.mine([move(5n)]);
    await stand.caughtUp(running, chain);
    expect((await readFeed(stand.database, { after: 0, limit: 9 })).rows).toHaveLength(3);
  });

  it("takes products in and leaves the tables of those that go", async () => {
    await running.indexer.reload([product, bankProduct({ startBlock: 1n })]);
    chain.mine([{ kind: "opened", branch: A }]);
    await stand.caughtUp(running, chain);
    expect(await stand.database.query("SELECT FROM bank.branch")).toHaveLength(1);
    await running.indexer.reload([product]);
    chain.mine([move(1n)]);
    await stand.caughtUp(running, chain);
    expect(await stand.database.query("SELECT FROM bank.branch")).toHaveLength(1);
    await stand.expectChain(chain);
  });

  it("names a product that cannot be loaded, and goes on with the old ones", async () => {
    const flawed = { ...product, tables: ["account", "movement", "nowhere"] };
    await expect(running.indexer.reload([flawed])).rejects.toMatchObject({
      fault: { code: "INDEXER_TABLE_UNDOABLE", product: "ledger", table: "nowhere" },
    });
    const broken = defineProduct({
      name: "broken",
      contracts: {},
      migrations: [{ id: "001", sql: "CREATE TABEL x ()" }],
    });
    await expect(running.indexer.reload([product, broken])).rejects.toThrow(/001 of broken/);
    await expect(running.indexer.reload([product, product])).rejects.toMatchObject({
      code: "PRODUCT_DUPLICATE",
    });
    chain.mine([move(4n)]);
    await stand.caughtUp(running, chain);
    await stand.expectChain(chain);
  });
});

describe("a product whose code has changed", () => {
  it("is derived again when the indexer starts, and so is one of another version", async () => {
    const epochs = new Set<string>();
    for (const next of [product, product, doubled(), { ...doubled(), version: "2" }]) {
      await running.indexer.stop();
      running = await stand.run(chain, { products: [next] });
      await stand.caughtUp(running, chain);
      epochs.add((await feedPosition(stand.database)).epoch);
    }
    expect(epochs.size).toBe(3);
    expect(await balanceOfB()).toBe(2n);
  });
});
