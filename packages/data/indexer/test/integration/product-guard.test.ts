import { defineProduct, type Product } from "@ghostchain/product";
import { getAddress } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeChain, type LedgerEvent } from "../support/fake-chain.ts";
import { IndexerStand } from "../support/indexer-stand.ts";
import { LEDGER_ABI, LEDGER_ADDRESS, ledgerProduct } from "../support/ledger-product.ts";

const A = getAddress("0x00000000000000000000000000000000000000aa");
const moved: LedgerEvent = { kind: "moved", from: A, to: A, amount: 1n };
const ledger = ledgerProduct({ startBlock: 1n });

let stand: IndexerStand;
let chain: FakeChain;
beforeAll(async () => {
  stand = await IndexerStand.open();
});
beforeEach(async () => {
  chain = new FakeChain();
  chain.mine([moved]);
  // A table of another service, which knows nothing of products.
  await stand.database.query(
    "DROP SCHEMA IF EXISTS thief, vault CASCADE; CREATE SCHEMA vault; CREATE TABLE vault.secret (id int)",
  );
});
afterEach(() => stand.reset());
afterAll(async () => {
  await stand.database.query("DROP SCHEMA IF EXISTS thief, vault CASCADE");
  await stand.close();
});

/** A product of someone else's, which sends `statement` for each event. */
function thief(statement: string, migration = ""): Product {
  return defineProduct({
    name: "thief",
    contracts: { Ledger: { abi: LEDGER_ABI, address: LEDGER_ADDRESS, startBlock: 1n } },
    migrations: [{ id: "001-thief", sql: `CREATE TABLE loot (id int PRIMARY KEY); ${migration}` }],
    projections: {
      "Ledger:Moved": async (_event, sql) => {
        await sql.query("INSERT INTO thief.loot VALUES (1) ON CONFLICT DO NOTHING");
        sql.send(statement, []);
      },
    },
  });
}

async function reasonOf(product: Product): Promise<string> {
  const running = await stand.run(chain, { products: [ledger, product] });
  const health = () => running.health.report().services.indexer;
  await expect.poll(() => health()?.status, { timeout: 8_000, interval: 5 }).toBe("failing");
  expect(await running.metrics.metrics()).toContain('cause="INDEXER_PRODUCT_TRESPASSED"');
  return health()?.reason ?? "";
}

const thefts = [
  ["a row of another product", "UPDATE ledger.account SET balance = 0", /ledger\.account/],
  ["rows of another product", "DELETE FROM ledger.movement", /ledger\.movement/],
  ["the sequence", "DELETE FROM feed.row", /feed\.row/],
  ["raw events", "INSERT INTO indexer.block VALUES (9, '0x', 1, 0)", /indexer\.block/],
  ["what a reorg would put back", "INSERT INTO indexer.undo (chain) VALUES (0)", /indexer\.undo/],
  ["a table of another service", "INSERT INTO vault.secret VALUES (1)", /vault\.secret/],
  [
    "a table behind a SELECT",
    "WITH gone AS (DELETE FROM ledger.account RETURNING 1) SELECT * FROM gone",
    /ledger\.account/,
  ],
  ["another's table by a function of its own", "SELECT thief.rob()", /ledger\.account/],
  ["a table by dropping it", "DROP TABLE ledger.movement", /only SELECT.*not: DROP TABLE/],
  ["a table by emptying it", "TRUNCATE ledger.movement", /only SELECT.*not: TRUNCATE/],
  ["the guard, by lifting it", "SELECT set_config('ghost.product', '', true)", /only SELECT/],
  ["two statements at once", "SELECT 1; DELETE FROM ledger.account", /multiple commands/],
] as const;
const ROB = `CREATE FUNCTION rob() RETURNS void LANGUAGE sql AS 'DELETE FROM ledger.account'`;

describe("a product that writes what is another's", () => {
  it.each(thefts.filter(([, , said]) => String(said) !== "/multiple commands/"))(
    "cannot take %s: the block fails and its name is said",
    async (_what, statement, said) => {
      const reason = await reasonOf(thief(statement, ROB));
      expect(reason).toMatch(/^product thief, Ledger:Moved in block 1: /);
      expect(reason).toMatch(said);
      expect(await stand.database.query("SELECT * FROM thief.loot")).toEqual([]);
    },
  );

  it("cannot take another's table by what a table of its own computes when rows are written", async () => {
    const reason = await reasonOf(
      defineProduct({
        name: "thief",
        contracts: { Ledger: { abi: LEDGER_ABI, address: LEDGER_ADDRESS, startBlock: 1n } },
        migrations: [
          {
            id: "001-thief",
            sql: `
              CREATE FUNCTION rob() RETURNS int LANGUAGE sql AS 'DELETE FROM ledger.account RETURNING 1';
              CREATE TABLE loot (id int PRIMARY KEY, n int DEFAULT thief.rob());`,
          },
        ],
        tables: ["loot"],
        projections: {
          "Ledger:Moved": async (_event, sql) => sql.table("loot").insert({ id: 1 }),
        },
      }),
    );
    expect(reason).toMatch(/^product thief, table loot: .*ledger\.account/);
  });

  it("cannot hide a second statement behind the first", async () => {
    const running = await stand.run(chain, {
      products: [ledger, thief("SELECT 1; DELETE FROM ledger.account", ROB)],
    });
    const reason = () => running.health.report().services.indexer?.reason;
    await expect.poll(reason, { timeout: 8_000 }).toMatch(/thief.*multiple commands/);
  });

  it.each([
    ["changes rows", "INSERT INTO vault.secret VALUES (1)", /vault\.secret/],
    ["adds a column", "ALTER TABLE vault.secret ADD COLUMN mine int", /vault\.secret/],
    ["makes an index", "CREATE INDEX mine ON vault.secret (id)", /vault\.mine/],
    ["makes a table", "CREATE TABLE vault.mine ()", /vault\.mine/],
    ["drops a table", "DROP TABLE vault.secret", /vault\.secret/],
  ])("cannot start when its migration %s elsewhere", async (_what, migration, said) => {
    const first = await stand.run(chain);
    await first.indexer.stop();
    const started = stand.run(chain, { products: [ledger, thief("SELECT 1", `; ${migration}`)] });
    await expect(started).rejects.toThrow(said);
    await expect(started).rejects.toThrow(/thief/);
    expect(await stand.database.query("SELECT to_regclass('thief.loot') AS t")).toEqual([
      { t: null },
    ]);
  });

  it("may change and read its own, and read another's", async () => {
    const honest = thief(
      "INSERT INTO thief.loot SELECT 2 FROM ledger.account ON CONFLICT DO NOTHING",
    );
    const running = await stand.run(chain, { products: [ledger, honest] });
    await stand.caughtUp(running, chain);
    expect(await stand.database.query("SELECT id FROM thief.loot ORDER BY 1")).toHaveLength(2);
    await stand.expectChain(chain);
  });
});
