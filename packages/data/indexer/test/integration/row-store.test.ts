import { type Database, migrate, type Sql, type SqlValue } from "@ghostchain/database";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { type BlockSql, defineProduct, type Product, type RowTable } from "@ghostchain/product";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ProductSql, TransactionSql } from "../../src/block-sql.ts";
import { RowStores } from "../../src/rows/row-stores.ts";
import { INDEXER_MIGRATIONS } from "../../src/store/indexer-schema.ts";
import { captureUndo, installUndo, undoAbove } from "../../src/store/undo-capture.ts";
import { PlainTable } from "../support/plain-table.ts";

const CHAIN = 1;
const MIGRATIONS = [
  {
    id: "001",
    sql: `
      CREATE TABLE parent (id int PRIMARY KEY, name text UNIQUE, wei numeric(78, 0) NOT NULL, at timestamptz,
        day date, note text NOT NULL DEFAULT 'none', doc jsonb, raw bytea, ratio float8, yes boolean);
      CREATE TABLE child (parent int REFERENCES parent, n bigint, price numeric(10, 2), PRIMARY KEY (parent, n));
      CREATE TABLE tag (id text PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE, seen timestamptz);
      CREATE TABLE slot (id text PRIMARY KEY, owner int NOT NULL, alive boolean NOT NULL, n int NOT NULL);
      CREATE UNIQUE INDEX ON slot (owner) WHERE alive;
      CREATE TABLE node (id int PRIMARY KEY, up int REFERENCES node);
      CREATE TABLE plain (id int PRIMARY KEY, n numeric NOT NULL);
    `,
  },
];
const KEYS: Record<string, readonly string[]> = {
  ...{ parent: ["id"], child: ["parent", "n"], tag: ["id"], slot: ["id"], node: ["id"] },
  plain: ["id"],
};
const product = defineProduct({
  name: "shop",
  contracts: {},
  migrations: MIGRATIONS,
  tables: Object.keys(KEYS),
});

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await openTestDatabase();
  database = test.database;
});
afterAll(() => test.close());
beforeEach(() => install(product));

async function install(of: Product): Promise<void> {
  await database.query("DROP SCHEMA IF EXISTS shop, indexer CASCADE");
  await database.transaction(async (sql) => {
    await migrate(sql, "indexer", INDEXER_MIGRATIONS);
    await migrate(sql, "shop", of.migrations);
    await installUndo(sql, of);
  });
}

/** One step of a program; what it answers is compared too. */
interface Step {
  readonly table: string;
  readonly what: string;
  run(table: RowTable<Values>, sql: BlockSql): Promise<unknown>;
}
type Values = Record<string, SqlValue>;
type RowArbitrary = fc.Arbitrary<{ key: Values; rest: Values }>;

const small = fc.integer({ min: 1, max: 3 });
const instant = fc.constantFrom(new Date(0), new Date("2026-01-20T12:34:56.789Z"));
/** What a parent's columns may be given; left out they are null, or their default. */
const fields = fc.record(
  {
    name: fc.constantFrom("a", "b", null),
    wei: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
    at: instant,
    day: fc.constantFrom("2026-01-20", "0001-02-03"),
    note: fc.constantFrom("\\N", 'a\t"b\n\\', "", "NULL", "{x,y}"),
    doc: fc.constantFrom({ b: 1, a: [1, "2"] }, null),
    raw: fc.uint8Array({ maxLength: 3 }),
    ratio: fc.constantFrom(0.1, Number.POSITIVE_INFINITY, -1e300),
    yes: fc.boolean(),
  },
  { requiredKeys: ["wei"] },
);

const anyPlain: RowArbitrary = fc.record({
  key: fc.record({ id: small }),
  rest: fc.record({ n: fc.bigInt() }),
});
const rowOf: Record<string, RowArbitrary> = {
  parent: fc.record({ key: fc.record({ id: small }), rest: fields }),
  child: fc.record({
    key: fc.record({ parent: small, n: small.map(BigInt) }),
    rest: fc.record({ price: fc.constantFrom("1.50", 2, 3n, null) }),
  }),
  tag: fc.record({
    key: fc.record({ id: fc.constantFrom("x", "y") }),
    rest: fc.record({ parent: fc.option(small), seen: instant }),
  }),
  slot: fc.record({
    key: fc.record({ id: fc.constantFrom("p", "q", "r") }),
    rest: fc.record({ owner: small, alive: fc.boolean(), n: small }),
  }),
  node: fc.record({
    key: fc.record({ id: small }),
    rest: fc.record({ up: fc.option(small) }),
  }),
  plain: anyPlain,
};

const rowStep: fc.Arbitrary<Step> = fc.constantFrom(...Object.keys(KEYS)).chain((table) =>
  fc
    .record({
      row: rowOf[table] ?? anyPlain,
      what: fc.constantFrom("find", "insert", "upsert", "merge", "update", "count", "delete"),
    })
    .map(({ row: { key, rest }, what }) => ({
      table,
      what: `${what} ${table} ${inspect({ key, rest })}`,
      run: async (rows) => {
        const counted = (was: Readonly<Values>) => ({
          ...rest,
          ...(typeof was.n === "bigint" && table === "plain" ? { n: was.n + 1n } : {}),
        });
        if (what === "find") return rows.find(key);
        if (what === "insert") return rows.insert({ ...key, ...rest });
        if (what === "upsert") return void (await rows.upsert({ ...key, ...rest }));
        if (what === "merge") return void (await rows.upsert({ ...key, ...rest }, counted));
        if (what === "update") return (await rows.update(key, rest)) !== undefined;
        if (what === "count") return (await rows.update(key, counted)) !== undefined;
        return rows.delete(key);
      },
    })),
);

const rawStep: fc.Arbitrary<Step> = fc
  .constantFrom(
    "SELECT count(*) AS n, sum(wei) AS wei FROM shop.parent",
    "SELECT id, n FROM shop.slot ORDER BY id",
    "UPDATE shop.plain SET n = n + 1",
    "UPDATE shop.parent SET at = at + interval '1 microsecond', doc = '{\"n\": 12345678901234567890}'",
    "DELETE FROM shop.slot WHERE NOT alive",
    "WITH gone AS (DELETE FROM shop.tag RETURNING 1) SELECT count(*) FROM gone",
    "INSERT INTO shop.plain SELECT id + 10, n FROM shop.plain ON CONFLICT DO NOTHING",
  )
  .map((text) => ({ table: "plain", what: text, run: (_, sql) => sql.query(text, []) }));

const sentStep: fc.Arbitrary<Step> = small.map((id) => ({
  table: "plain",
  what: `send plain ${id}`,
  run: async (_, sql) =>
    sql.send(
      "INSERT INTO shop.plain AS p VALUES ($1, 5) ON CONFLICT (id) DO UPDATE SET n = p.n * 2 % 1000",
      [id],
    ),
}));

const step = fc.oneof(
  { weight: 12, arbitrary: rowStep },
  { weight: 1, arbitrary: rawStep },
  { weight: 1, arbitrary: sentStep },
);
/** Blocks of one transaction, and how many of the last ones are taken back after it. */
const transaction = fc.record({
  blocks: fc.array(fc.array(step, { maxLength: 8 }), { minLength: 1, maxLength: 3 }),
  undo: fc.constantFrom(0, 0, 1, 2),
});
const program = fc.array(transaction, { minLength: 1, maxLength: 5 });

describe("RowStore", () => {
  it("ends with what the same steps as plain statements do, through raw SQL and reorgs", async () => {
    const settings = fc.record({
      cachedRows: fc.constantFrom(1, 2, 1_000),
      waitingMax: fc.constantFrom(1, 3, 1_000),
    });
    await fc.assert(
      fc.asyncProperty(program, settings, async (transactions, how) => {
        await empty();
        const kept = await runPlain(transactions);
        const expected = await dump(database);
        await empty();
        const answers = await runRows(kept.transactions, how);
        expect(answers).toEqual(kept.answers);
        expect(await dump(database)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe("RowTable", () => {
  it("refuses a second row of one key, and names product, table and key", async () => {
    const store = await RowStores.open(database, [product]);
    const twice = (first: boolean) =>
      inTransaction(store, async (sql) => {
        if (first) sql.table("child").insert({ parent: 7, n: 1n });
        sql.table("plain").insert({ id: 7, n: 1n });
        if (first) throw new Error("not this time");
      });
    await inTransaction(store, async (sql) => sql.table("plain").insert({ id: 7, n: 1n }));
    const fault = { code: "INDEXER_ROW_EXISTS", product: "shop", table: "plain", key: "7" };
    await expect(twice(false)).rejects.toMatchObject({ fault });
    // With nothing in memory only PostgreSQL can tell.
    store.reset();
    await expect(twice(false)).rejects.toMatchObject({ fault });
  });

  it("names the table whose rows PostgreSQL refuses, and why", async () => {
    const store = await RowStores.open(database, [product]);
    const orphan = inTransaction(store, async (sql) =>
      sql.table("tag").insert({ id: "x", parent: 9, seen: null }),
    );
    await expect(orphan).rejects.toMatchObject({
      fault: { code: "INDEXER_ROWS_REFUSED", product: "shop", table: "tag" },
      message: expect.stringMatching(/is not present in table "parent"/),
    });
  });

  it.each([
    {
      what: "a column it does not have",
      row: { id: 1, n: 1n, other: 1 },
      reason: /no column other/,
    },
    { what: "no key", row: { n: 1n }, reason: /key column id/ },
    { what: "text for a number", row: { id: 1, n: "many", x: undefined }, reason: undefined },
    {
      what: "half of a whole number",
      row: { id: 1.5, n: 1n },
      reason: /column id: a whole number/,
    },
    { what: "more than 32 bits", row: { id: 2 ** 31, n: 1n }, reason: /column id: .* came/ },
  ])("refuses a row with $what", async ({ row, reason }) => {
    const store = await RowStores.open(database, [product]);
    const done = inTransaction(store, async (sql) => sql.table("plain").insert(row));
    const code = reason === undefined ? "INDEXER_ROWS_REFUSED" : "INDEXER_ROW_MALFORMED";
    await expect(done).rejects.toMatchObject({
      code,
      message: expect.stringMatching(reason ?? /many/),
    });
  });

  it("refuses another key, and a table that is not listed", async () => {
    const store = await RowStores.open(database, [product]);
    await inTransaction(store, async (sql) => {
      const plain = sql.table<{ id: number; n: bigint }>("plain");
      plain.insert({ id: 1, n: 1n });
      await expect(plain.update({ id: 1 }, { id: 2 })).rejects.toMatchObject({
        code: "INDEXER_ROW_MALFORMED",
      });
      await expect(plain.find({ n: 1n })).rejects.toMatchObject({ code: "INDEXER_ROW_MALFORMED" });
      expect(() => sql.table("undo")).toThrow(
        expect.objectContaining({ code: "INDEXER_TABLE_NOT_LISTED" }),
      );
    });
  });

  it("asks nothing for a row that cannot be there, however many were let go of", async () => {
    const store = await RowStores.open(database, [product], { cachedRows: 4, waitingMax: 100 });
    let asked = 0;
    await inTransaction(store, async (sql, transaction) => {
      const own = transaction.as(product.name);
      transaction.as = () => ({
        copy: own.copy,
        query: (text, parameters) => {
          if (text.startsWith("SELECT")) asked += 1;
          return own.query(text, parameters);
        },
      });
      await store.begin(transaction);
      asked = 0;
      const plain = sql.table<{ id: number; n: bigint }>("plain");
      for (let id = 0; id < 2_000; id++) await plain.upsert({ id, n: 1n });
      expect(asked).toBe(0);
      expect(await plain.find({ id: 3 })).toEqual({ id: 3, n: 1n });
      expect(asked).toBe(1);
    });
    expect(await database.query("SELECT count(*) AS n FROM shop.plain", [])).toEqual([
      { n: 2_000n },
    ]);
  });
});

async function empty(): Promise<void> {
  await database.query(`TRUNCATE ${Object.keys(KEYS).map((name) => `shop.${name}`)}, indexer.undo`);
}

interface Transaction {
  readonly blocks: readonly (readonly Step[])[];
  readonly undo: number;
}

/** Leaves out the steps that PostgreSQL refuses: the rest must work in both. */
async function runPlain(transactions: readonly Transaction[]) {
  const answers: unknown[] = [];
  const kept: Transaction[] = [];
  let block = 0n;
  for (const { blocks, undo } of transactions) {
    const good: Step[][] = [];
    await database.transaction(async (sql) => {
      for (const steps of blocks) {
        block += 1n;
        await captureUndo(sql, CHAIN, block);
        const worked: Step[] = [];
        for (const one of steps) {
          const answer = await tryPlain(sql, one);
          if (answer === undefined) continue;
          worked.push(one);
          answers.push(answer.value);
        }
        good.push(worked);
      }
    });
    await undoAbove(database, CHAIN, block - BigInt(undo));
    block -= BigInt(Math.min(undo, Number(block)));
    kept.push({ blocks: good, undo });
  }
  return { answers, transactions: kept };
}

async function tryPlain(sql: Sql, one: Step): Promise<{ value: unknown } | undefined> {
  await sql.query("SAVEPOINT step");
  const table = new PlainTable(
    sql,
    `shop.${one.table}`,
    KEYS[one.table] ?? [],
    one.table === "parent" ? ["day"] : [],
  );
  const sent: Promise<unknown>[] = [];
  const blockSql = {
    query: sql.query.bind(sql),
    copy: sql.copy.bind(sql),
    send: (text: string, parameters: readonly SqlValue[]) =>
      void sent.push(sql.query(text, parameters)),
    table: () => table,
  } as unknown as BlockSql;
  try {
    const value = await one.run(table, blockSql);
    await table.pending;
    await Promise.all(sent);
    return { value };
  } catch {
    await sql.query("ROLLBACK TO SAVEPOINT step");
    return undefined;
  }
}

async function runRows(
  transactions: readonly Transaction[],
  settings: { cachedRows: number; waitingMax: number },
): Promise<unknown[]> {
  const answers: unknown[] = [];
  const store = await RowStores.open(database, [product], settings);
  let block = 0n;
  for (const { blocks, undo } of transactions) {
    await inTransaction(store, async (sql, transaction) => {
      for (const steps of blocks) {
        block += 1n;
        transaction.later(captureUndo(transaction, CHAIN, block));
        for (const one of steps) answers.push(await one.run(sql.table(one.table), sql));
        store.flush();
      }
    });
    if (undo > 0) store.reset();
    await undoAbove(database, CHAIN, block - BigInt(undo));
    block -= BigInt(Math.min(undo, Number(block)));
  }
  return answers;
}

function inTransaction<T>(
  store: RowStores,
  work: (sql: BlockSql, transaction: TransactionSql) => Promise<T>,
): Promise<T> {
  return database.transaction((sql) =>
    TransactionSql.run(sql, async (transaction) => {
      await store.begin(transaction);
      const result = await work(new ProductSql(transaction, store, product), transaction);
      store.flush();
      await transaction.answered();
      return result;
    }),
  );
}

async function dump(sql: Sql): Promise<unknown> {
  const all = Object.keys(KEYS).map((name) =>
    sql.query<{ t: string }>(`SELECT t::text AS t FROM shop.${name} t ORDER BY 1`),
  );
  return (await Promise.all(all)).map((rows) => rows.map((row) => row.t));
}

function inspect(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? `${inner}n` : inner));
}
