import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { feedPosition } from "@ghostchain/feed";
import { createSilentLogger } from "@ghostchain/service";
import { getAddress } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readIndexerStatus, requestRebuild } from "../../src/indexer-status.ts";
import { verifyTables } from "../../src/verify/verify-tables.ts";
import { bankProduct } from "../support/bank-product.ts";
import { FakeChain, type LedgerEvent } from "../support/fake-chain.ts";
import { IndexerStand, type RunningIndexer } from "../support/indexer-stand.ts";
import { ledgerProduct } from "../support/ledger-product.ts";

const A = getAddress("0x00000000000000000000000000000000000000aa");
const B = getAddress("0x00000000000000000000000000000000000000bb");
const products = [ledgerProduct({ startBlock: 1n }), bankProduct({ startBlock: 1n })];
const logger = createSilentLogger();
const never = new AbortController().signal;

let stand: IndexerStand;
let scratch: TestDatabase;
let chain: FakeChain;
let running: RunningIndexer;
beforeAll(async () => {
  [stand, scratch] = await Promise.all([IndexerStand.open(), openTestDatabase()]);
});
beforeEach(async () => {
  await scratch.database.query("DROP SCHEMA IF EXISTS bank, ledger, indexer, feed CASCADE");
  chain = new FakeChain();
  chain.mine(...Array.from({ length: 30 }, (_, i) => [move(BigInt(i)), inBranch(BigInt(i))]));
  running = await stand.run(chain, { products, horizonBlocks: 8 });
  await stand.caughtUp(running, chain);
  chain.mine([{ kind: "opened", branch: B }, inBranch(5n)], [move(7n), inBranch(6n)]);
  chain.reorg(1, [move(8n)], [inBranch(9n), { kind: "closed", who: B }, move(1n)]);
  await stand.caughtUp(running, chain);
});
afterEach(() => stand.reset());
afterAll(async () => {
  await Promise.all([stand.close(), scratch.close()]);
});

function move(amount: bigint): LedgerEvent {
  return { kind: "moved", from: A, to: B, amount };
}

function inBranch(amount: bigint): LedgerEvent {
  return { kind: "moved", from: A, to: B, amount, at: B };
}

function verify(rpcs: Record<string, FakeChain> = {}) {
  const deps = { database: stand.database, scratch: scratch.database, logger };
  return verifyTables(deps, { products, rpcs }, never);
}

describe("verifyTables", () => {
  it("finds nothing where all is right, while the chain goes on", async () => {
    const mining = setInterval(() => chain.mine([move(1n)]), 5);
    const report = await verify({ main: chain }).finally(() => clearInterval(mining));
    expect(report).toMatchObject({
      same: true,
      chains: [{ chain: "main", tables: [{ table: "account" }, { table: "movement" }, {}] }],
    });
    const [{ tables = [], feed, events } = {}] = report.chains;
    expect(tables.map(({ stored, expected }) => [stored > 0, stored === expected])).toEqual([
      ...[
        [true, true],
        [true, true],
        [true, true],
      ],
    ]);
    expect(feed?.stored).toBeGreaterThan(30);
    expect(events?.stored).toBeGreaterThan(30);
  });

  it("names the rows that were damaged, and counts them", async () => {
    await stand.database.query(`
      UPDATE ledger.account SET balance = balance + 1 WHERE address = '${A}';
      DELETE FROM bank.branch;
      INSERT INTO ledger.movement SELECT 'forged', 7, account, 1, at FROM ledger.movement LIMIT 1;
      UPDATE feed.row SET event = '{"type": "FORGED"}' WHERE sequence_id = 3;`);
    const report = await verify({ main: chain });
    expect(report.same).toBe(false);
    const [{ tables = [], feed, events } = {}] = report.chains;
    expect(tables).toMatchObject([
      { product: "ledger", table: "account", changed: 1, missing: 0, extra: 0 },
      { product: "ledger", table: "movement", changed: 0, missing: 0, extra: 1 },
      { product: "bank", table: "branch", changed: 0, missing: 1, stored: 0, expected: 1 },
    ]);
    expect(tables[0]?.differences).toMatchObject([{ key: `(${A})` }]);
    expect(tables[1]?.differences).toMatchObject([{ key: "(forged,7)", expected: undefined }]);
    expect(feed).toMatchObject({ changed: 1, missing: 0, extra: 0 });
    expect(feed?.differences[0]?.stored).toContain("FORGED");
    expect(events).toMatchObject({ changed: 0, missing: 0, extra: 0 });
  });

  it("names the raw event that was damaged, and what follows from it", async () => {
    await stand.database.query(
      "UPDATE indexer.event SET data = overlay(data placing '\\x01' from 1 for 1) WHERE block_number = 4 AND log_index = 0",
    );
    const report = await verify({ main: chain });
    const [{ tables = [], events } = {}] = report.chains;
    expect(events).toMatchObject({
      changed: 1,
      missing: 0,
      extra: 0,
      differences: [{ key: "00000000000000000004:000000" }],
    });
    expect(tables[0]).toMatchObject({ table: "account", changed: 1 });
  });

  it("refuses products that are not those of the tables, and a database without any", async () => {
    const deps = { database: stand.database, scratch: scratch.database, logger };
    const [ledger] = products;
    if (ledger === undefined) throw new Error("there are products");
    await expect(verifyTables(deps, { products: [ledger] }, never)).rejects.toMatchObject({
      fault: { code: "INDEXER_PRODUCTS_CHANGED", chain: "main" },
    });
    const elsewhere = [{ ...ledger, chain: "other" }];
    await expect(verifyTables(deps, { products: elsewhere }, never)).rejects.toMatchObject({
      fault: { code: "INDEXER_NOTHING_INDEXED", chain: "other" },
    });
  });
});

describe("readIndexerStatus", () => {
  it("says how far each chain is, who writes, and how far behind the head that is", async () => {
    const status = await readIndexerStatus(stand.database, { main: chain });
    expect(status).toMatchObject({
      writer: "alive",
      feed: await feedPosition(stand.database),
      chains: [
        {
          ...{ name: "main", chainId: 31337n, children: 1, rebuilding: false, rebuildAsked: false },
          point: { hash: chain.head.hash },
          raw: { hash: chain.head.hash },
          live: { head: chain.head.number, lagBlocks: 0, finalized: undefined },
          fault: undefined,
        },
      ],
    });
    await running.indexer.stop();
    chain.mine([]);
    const after = await readIndexerStatus(stand.database, { main: "http://127.0.0.1:1" });
    expect(after).toMatchObject({ writer: "none", chains: [{ live: undefined }] });
    expect(after.chains[0]?.fault).toContain("127.0.0.1:1");
  });

  it("says that nothing is indexed in a database that is empty", async () => {
    const nothing = { feed: undefined, writer: "none", chains: [] };
    expect(await readIndexerStatus(scratch.database)).toEqual(nothing);
    expect(await requestRebuild(scratch.database)).toEqual([]);
  });
});

describe("requestRebuild", () => {
  it("has the writer derive all anew within a second, from what is stored", async () => {
    await stand.database.query("UPDATE ledger.account SET balance = 1");
    const before = await feedPosition(stand.database);
    const asked = chain.asked.get("eth_getLogs");
    expect(await requestRebuild(stand.database)).toEqual(["main"]);
    const epoch = async () => (await feedPosition(stand.database)).epoch;
    await expect.poll(epoch, { timeout: 1_000, interval: 10 }).not.toBe(before.epoch);
    await stand.caughtUp(running, chain);
    expect((await verify()).same).toBe(true);
    expect(chain.asked.get("eth_getLogs")).toBe(asked);
    expect((await readIndexerStatus(stand.database)).chains[0]?.rebuildAsked).toBe(false);
  });

  it("waits for the next writer where there is none", async () => {
    await running.indexer.stop();
    await stand.database.query("UPDATE ledger.account SET balance = 1");
    await requestRebuild(stand.database, "main");
    expect(await requestRebuild(stand.database, "nowhere")).toEqual([]);
    const again = await stand.run(chain, { products, horizonBlocks: 8 });
    await stand.caughtUp(again, chain);
    expect((await verify()).same).toBe(true);
  });
});
