import { type Database, migrate, type Sql } from "@ghostchain/database";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { defineProduct } from "@ghostchain/product";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { INDEXER_MIGRATIONS } from "../../src/store/indexer-schema.ts";
import { captureUndo, installUndo, undoAbove } from "../../src/store/undo-capture.ts";

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await openTestDatabase();
  database = test.database;
});
afterAll(() => test.close());
beforeEach(() => database.query("DROP SCHEMA IF EXISTS shop, indexer CASCADE"));

/** Makes the tables of a product that lists `tables`, undoable. */
async function install(sqlText: string, tables: readonly string[]): Promise<void> {
  const migrations = [{ id: "001", sql: sqlText }];
  const product = defineProduct({ name: "shop", contracts: {}, migrations, tables });
  await database.transaction(async (sql) => {
    await migrate(sql, "indexer", INDEXER_MIGRATIONS);
    await migrate(sql, "shop", migrations);
    await installUndo(sql, product);
  });
}

async function inBlock(block: bigint, ...statements: string[]): Promise<void> {
  await database.transaction(async (sql) => {
    await captureUndo(sql, 0, block);
    for (const statement of statements) await sql.query(statement);
  });
}

async function dump(sql: Sql, ...tables: string[]): Promise<string[][]> {
  const all = tables.map((table) =>
    sql.query<{ t: string }>(`SELECT t::text AS t FROM ${table} t ORDER BY 1`),
  );
  return (await Promise.all(all)).map((rows) => rows.map((row) => row.t));
}

describe("undoAbove", () => {
  it("brings back every type exactly, whatever SQL changed the rows", async () => {
    await install(
      `CREATE TABLE thing (
         "key" int, old text, wei numeric(78, 0), ratio float8, at timestamptz, doc jsonb, raw json, bytes bytea,
         words text[], span int4range, nothing text, "Odd ""name" date,
         twice int GENERATED ALWAYS AS (wei::int % 1000 * 2) STORED, n int GENERATED ALWAYS AS IDENTITY,
         PRIMARY KEY (old, "key"));`,
      ["thing"],
    );
    const insert = (key: number) => `INSERT INTO shop.thing VALUES (${key}, 'a,"(b)\\\\', 7, 'NaN',
      '2026-01-20 12:34:56.789123+02', 'null', ' {"b": 1,  "a": 2}', '\\x00ff5c', '{"a,b",NULL,"NULL",""}', '[1,5)',
      NULL, '2026-01-20')`;
    await inBlock(1n, insert(1), insert(2), insert(3));
    const before = await dump(database, "shop.thing");
    await inBlock(2n, `UPDATE shop.thing SET wei = 900, "key" = "key" + 10, doc = '{}'`);
    await inBlock(3n, 'DELETE FROM shop.thing WHERE "key" = 12', insert(2), insert(4));
    await inBlock(
      3n,
      `INSERT INTO shop.thing (old, "key", wei) VALUES ('x', 4, 1) ON CONFLICT DO NOTHING`,
      `UPDATE shop.thing SET words = NULL WHERE "key" = 4`,
    );
    expect(await dump(database, "shop.thing")).not.toEqual(before);
    await undoAbove(database, 0, 1n);
    expect(await dump(database, "shop.thing")).toEqual(before);
    expect(await database.query("SELECT 1 FROM indexer.undo WHERE block_number > 1", [])).toEqual(
      [],
    );
  });

  it("brings back what ON DELETE CASCADE and SET NULL took along, over three tables", async () => {
    await install(
      `CREATE TABLE a (id int PRIMARY KEY);
       CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE ON UPDATE CASCADE);
       CREATE TABLE c (id int PRIMARY KEY, b int REFERENCES b ON DELETE CASCADE, a int REFERENCES a ON DELETE SET NULL);`,
      ["a", "b", "c"],
    );
    const fill = [
      "INSERT INTO shop.a VALUES (1), (2)",
      "INSERT INTO shop.b VALUES (1, 1), (2, 1), (3, 2)",
    ];
    await inBlock(1n, ...fill, "INSERT INTO shop.c VALUES (1, 1, 2), (2, 3, 1)");
    const before = await dump(database, "shop.a", "shop.b", "shop.c");
    await inBlock(2n, "DELETE FROM shop.a WHERE id = 1", "INSERT INTO shop.a VALUES (1)");
    await inBlock(3n, "DELETE FROM shop.a");
    await undoAbove(database, 0, 1n);
    expect(await dump(database, "shop.a", "shop.b", "shop.c")).toEqual(before);
  });

  it("equals having run only the blocks that stay, for random changes", async () => {
    await install("CREATE TABLE kv (k int PRIMARY KEY, v int)", ["kv"]);
    const change = fc.oneof(
      fc
        .record({ k: fc.nat(4), v: fc.nat(99) })
        .map(
          ({ k, v }) =>
            `INSERT INTO shop.kv VALUES (${k}, ${v}) ON CONFLICT (k) DO UPDATE SET v = kv.v + ${v}`,
        ),
      fc.nat(4).map((k) => `DELETE FROM shop.kv WHERE k = ${k}`),
      fc.constant("UPDATE shop.kv SET v = v % 1000 * 2"),
      fc.constant(
        "UPDATE shop.kv SET k = (SELECT max(k) + 1 FROM shop.kv) WHERE k = (SELECT min(k) FROM shop.kv)",
      ),
    );
    const blocks = fc.array(fc.array(change, { maxLength: 4 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(blocks, fc.nat(6), async (all, ancestor) => {
        await database.query("DELETE FROM shop.kv; DELETE FROM indexer.undo;");
        for (const [index, statements] of all.slice(0, ancestor).entries())
          await inBlock(BigInt(index + 1), ...statements);
        const expected = await dump(database, "shop.kv");
        for (const [index, statements] of all.slice(ancestor).entries())
          await inBlock(BigInt(ancestor + index + 1), ...statements);
        await undoAbove(database, 0, BigInt(ancestor));
        expect(await dump(database, "shop.kv")).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});

describe("installUndo", () => {
  it("notes nothing outside of a block", async () => {
    await install("CREATE TABLE kv (k int PRIMARY KEY)", ["kv"]);
    await inBlock(1n, "INSERT INTO shop.kv VALUES (1)");
    await database.query("INSERT INTO shop.kv VALUES (2); TRUNCATE shop.kv;");
    expect(await database.query("SELECT 1 FROM indexer.undo", [])).toHaveLength(1);
  });

  it("refuses a TRUNCATE inside of a block", async () => {
    await install("CREATE TABLE kv (k int PRIMARY KEY)", ["kv"]);
    await expect(inBlock(1n, "TRUNCATE shop.kv")).rejects.toThrow(/cannot be undone/);
  });

  it.each([
    { what: "that is not there", ddl: "SELECT 1", reason: /make no such table/ },
    { what: "without a primary key", ddl: "CREATE TABLE kv (k int)", reason: /no primary key/ },
    {
      what: "that an unlisted table references",
      ddl: "CREATE TABLE kv (k int PRIMARY KEY); CREATE TABLE other (k int REFERENCES kv);",
      reason: /shop\.other references it/,
    },
    {
      what: "that has a trigger of its own",
      ddl: `CREATE TABLE kv (k int PRIMARY KEY);
        CREATE TRIGGER mine BEFORE UPDATE ON kv FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();`,
      reason: /trigger mine would fire again/,
    },
  ])("refuses a table $what, and names it", async ({ ddl, reason }) => {
    await expect(install(ddl, ["kv"])).rejects.toMatchObject({
      fault: { code: "INDEXER_TABLE_UNDOABLE", product: "shop", table: "kv" },
      message: expect.stringMatching(reason),
    });
  });
});
