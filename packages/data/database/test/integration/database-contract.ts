import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../../src/database.ts";
import { migrate } from "../../src/migrate.ts";

const NEVER = new AbortController().signal;

/** What every database must do, whatever it runs on. */
export function describeDatabase(name: string, open: () => Promise<Opened>): void {
  describe(`${name} as a Database`, () => {
    let opened: Opened;
    let database: Database;
    beforeAll(async () => {
      opened = await open();
      database = opened.database;
    });
    afterAll(() => opened.close());
    const reach = () => database;
    describeValues(reach);
    describeTransactions(reach);
    describeCopy(reach);
    describeLocks(reach);
    describeMigrations(reach);
  });
}

export interface Opened {
  readonly database: Database;
  close(): Promise<void>;
}

function describeValues(reach: () => Database): void {
  it("answers with the promised type for every SQL type", async () => {
    const [row] = await reach().query(
      `SELECT $1::numeric AS wei, 9223372036854775807 AS big, count(*) AS n, 1.5::numeric AS fraction, 7 AS int,
        $2::timestamptz AS at, $3::jsonb AS doc, $4::bytea AS bytes, $5::text[] AS words,
        $6::numeric[] AS amounts, $7::int8[] AS ids, NULL AS nothing, $8::boolean AS yes FROM (VALUES (1)) v`,
      [
        2n ** 256n - 1n,
        new Date("2026-01-20T12:34:56.789Z"),
        { amount: "5", nested: [1, null] },
        Uint8Array.of(0, 255, 16),
        ['a "quoted" one', "back\\slash", "", "NULL"],
        [1n, 2n ** 200n],
        [1n, -2n],
        true,
      ],
    );
    expect(row).toEqual({
      wei: 2n ** 256n - 1n,
      big: 2n ** 63n - 1n,
      n: 1n,
      fraction: "1.5",
      int: 7,
      at: new Date("2026-01-20T12:34:56.789Z"),
      doc: { amount: "5", nested: [1, null] },
      bytes: Buffer.from([0, 255, 16]),
      words: ['a "quoted" one', "back\\slash", "", "NULL"],
      amounts: [1n, 2n ** 200n],
      ids: [1n, -2n],
      nothing: null,
      yes: true,
    });
  });

  it("refuses a value SQL has no form of, and names its type", async () => {
    const bad = { amount: 1n };
    await expect(reach().query("SELECT $1::jsonb", [bad])).rejects.toMatchObject({
      code: "DATABASE_VALUE_UNSUPPORTED",
    });
  });

  it("says which statement PostgreSQL refused and why, and goes on", async () => {
    const error = await reach()
      .query("SELECT nothing FROM nowhere", [])
      .catch((e: unknown) => e);
    expect(error).toMatchObject({
      fault: { sqlState: "42P01", statement: "SELECT nothing FROM nowhere" },
    });
    expect(await reach().query("SELECT 1 AS one", [])).toEqual([{ one: 1 }]);
  });

  it("answers many statements at once, each with its own rows", async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => reach().query("SELECT $1::int AS i", [i])),
    );
    expect(answers.map(([row]) => row?.i)).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });
}

function describeTransactions(reach: () => Database): void {
  it("commits all of a transaction or nothing", async () => {
    const database = reach();
    await database.query("CREATE TABLE account (id int PRIMARY KEY, wei numeric NOT NULL)");
    await database.transaction(async (sql) => {
      await sql.query("INSERT INTO account VALUES ($1, $2)", [1, 10n]);
    });
    const failing = database.transaction(async (sql) => {
      await sql.query("UPDATE account SET wei = 0", []);
      throw new Error("stop");
    });
    await expect(failing).rejects.toThrow("stop");
    expect(await database.query("SELECT wei FROM account", [])).toEqual([{ wei: 10n }]);
  });

  it("does not commit what followed a failure that was swallowed", async () => {
    const swallowing = reach().transaction(async (sql) => {
      await sql.query("INSERT INTO account VALUES (2, 2)", []);
      await sql.query("INSERT INTO account VALUES (2, 2)", []).catch(() => {});
    });
    await expect(swallowing).rejects.toMatchObject({ code: "DATABASE_TRANSACTION_ABORTED" });
    expect(await reach().query("SELECT id FROM account", [])).toEqual([{ id: 1 }]);
  });

  it("runs the statements of a transaction in the order given, awaited or not", async () => {
    const rows = await reach().transaction(async (sql) => {
      const first = sql.query("INSERT INTO account VALUES (3, 1)", []);
      const second = sql.copy("public.account", ["id", "wei"], [[4, 5n]]);
      const third = sql.query("UPDATE account SET wei = wei * 10 WHERE id >= 3", []);
      const fourth = sql.query("SELECT wei FROM account WHERE id >= 3 ORDER BY id", []);
      await Promise.all([first, second, third]);
      return fourth;
    });
    expect(rows).toEqual([{ wei: 10n }, { wei: 50n }]);
  });

  it("runs nothing after a statement that failed, says so to each, and forgets nothing by it", async () => {
    const database = reach();
    const prepared = "INSERT INTO account (id, wei) VALUES ($1, 7) RETURNING id";
    const answers = await database
      .transaction(async (sql) => {
        const good = sql.query("SELECT 1 AS one", []);
        const bad = sql.query("INSERT INTO account VALUES (1, 1)", []);
        const after = [10, 11].map((id) => sql.query(prepared, [id]));
        return Promise.allSettled([good, bad, ...after]);
      })
      .catch((error: unknown) => error);
    expect(answers).toMatchObject({ code: "DATABASE_TRANSACTION_ABORTED" });
    for (let id = 10; id < 14; id++) expect(await database.query(prepared, [id])).toEqual([{ id }]);
    const settled = await settleInTransaction(database);
    expect(settled.map((answer) => answer.status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(settled[0]).toMatchObject({ value: [{ one: 1 }] });
    expect(settled[1]).toMatchObject({ reason: { fault: { sqlState: "23505" } } });
    expect(settled[2]).toMatchObject({ reason: { fault: { sqlState: "25P02" } } });
  });

  it("names the constraint that was violated", async () => {
    const twice = reach().query("INSERT INTO account VALUES (1, 1)", []);
    await expect(twice).rejects.toMatchObject({
      fault: { sqlState: "23505", constraint: "account_pkey", table: "account" },
    });
  });
}

function describeCopy(reach: () => Database): void {
  it("loads rows of every kind with COPY, special characters and all", async () => {
    const database = reach();
    await database.query(
      "CREATE TABLE mixed (n int, t text, w numeric, b boolean, at timestamptz, j jsonb, y bytea, a text[])",
    );
    const at = new Date("2026-01-20T00:00:00.001Z");
    const awkward = 'tab\t newline\n return\r back\\slash "quote" \\N \\. é😀';
    const full = [
      1,
      awkward,
      2n ** 255n,
      false,
      at,
      { k: awkward },
      Uint8Array.of(9, 92),
      [awkward, ""],
    ];
    const empty = [2, null, null, null, null, null, null, null];
    const columns = ["n", "t", "w", "b", "at", "j", "y", "a"];
    await database.copy("public.mixed", columns, [full, empty]);
    expect(await database.query("SELECT * FROM mixed ORDER BY n", [])).toEqual([
      {
        ...{ n: 1, t: awkward, w: 2n ** 255n, b: false, at, j: { k: awkward } },
        ...{ y: Buffer.from([9, 92]), a: [awkward, ""] },
      },
      { n: 2, t: null, w: null, b: null, at: null, j: null, y: null, a: null },
    ]);
  });

  it("loads a hundred thousand rows, or none when one is bad", async () => {
    const database = reach();
    await database.query("CREATE TABLE many (n int PRIMARY KEY, t text)");
    const rows = function* (count: number) {
      for (let n = 0; n < count; n++) yield [n % 100_000, `row ${n}`];
    };
    await expect(database.copy("public.many", ["n", "t"], rows(100_001))).rejects.toMatchObject({
      fault: { code: "DATABASE_STATEMENT_FAILED", sqlState: "23505" },
    });
    expect(await database.query("SELECT count(*) FROM many", [])).toEqual([{ count: 0n }]);
    await database.copy("public.many", ["n", "t"], rows(100_000));
    expect(await database.query("SELECT count(*) FROM many", [])).toEqual([{ count: 100_000n }]);
  });

  it("loads nothing when the rows end with an error, and throws that error", async () => {
    const rows = function* () {
      yield [200_000, "lost"];
      throw new Error("source failed");
    };
    await expect(reach().copy("public.many", ["n", "t"], rows())).rejects.toThrow("source failed");
    expect(await reach().query("SELECT 1 FROM many WHERE n = 200000", [])).toEqual([]);
  });
}

function describeLocks(reach: () => Database): void {
  it("gives a lease to one holder at a time", async () => {
    const first = await reach().lock("writer", NEVER);
    let second: unknown;
    const waiting = reach()
      .lock("writer", NEVER)
      .then((lease) => {
        second = lease;
        return lease;
      });
    const other = await reach().lock("another", NEVER);
    await other.release();
    expect(second).toBeUndefined();
    await first.release();
    await (await waiting).release();
    expect(second).toBeDefined();
  });

  it("stops waiting for a lease when told to, and leaves it free", async () => {
    const held = await reach().lock("given up", NEVER);
    const impatient = new AbortController();
    const waiting = reach().lock("given up", impatient.signal);
    impatient.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await held.release();
    await (await reach().lock("given up", AbortSignal.timeout(5_000))).release();
  });
}

function describeMigrations(reach: () => Database): void {
  const first = { id: "001-a", sql: "CREATE TABLE a (n int); CREATE INDEX a_n ON a (n);" };
  const second = { id: "002-b", sql: "CREATE TABLE b (n int)" };
  const run = (list: readonly { id: string; sql: string }[]) =>
    reach().transaction((sql) => migrate(sql, "shop", list));

  it("runs each migration once, in order, in its schema", async () => {
    expect(await run([first])).toEqual(["001-a"]);
    expect(await run([first, second])).toEqual(["002-b"]);
    expect(await run([first, second])).toEqual([]);
    expect(await reach().query("SELECT * FROM shop.a, shop.b", [])).toEqual([]);
  });

  it("refuses an edited, an unknown, a late and a misplaced migration", async () => {
    const edited = { id: "001-a", sql: "CREATE TABLE a (n text)" };
    const late = { id: "001-b", sql: "SELECT 1" };
    await expect(run([edited, second])).rejects.toMatchObject({
      code: "DATABASE_MIGRATION_EDITED",
    });
    await expect(run([first])).rejects.toMatchObject({ code: "DATABASE_MIGRATION_UNKNOWN" });
    await expect(run([first, late, second])).rejects.toMatchObject({
      code: "DATABASE_MIGRATION_ORDER",
    });
    await expect(run([second, first])).rejects.toMatchObject({ code: "DATABASE_MIGRATION_ORDER" });
  });

  it("names the migration that failed and keeps nothing of it", async () => {
    const broken = { id: "003-c", sql: "CREATE TABLE c (n int); CREATE TABLE c (n int);" };
    await expect(run([first, second, broken])).rejects.toMatchObject({
      fault: { code: "DATABASE_MIGRATION_FAILED", schema: "shop", id: "003-c" },
    });
    expect(await run([first, second])).toEqual([]);
  });

  it("lets two processes migrate at once: one does it, both go on", async () => {
    const list = [{ id: "001-z", sql: "CREATE TABLE z (n int)" }];
    const both = await Promise.all(
      [1, 2].map(() => reach().transaction((sql) => migrate(sql, "race", list))),
    );
    expect(both.flat()).toEqual(["001-z"]);
  });
}

/** What became of a statement that works, one that fails and one that comes too late. */
async function settleInTransaction(database: Database) {
  let settled: PromiseSettledResult<unknown>[] = [];
  await database
    .transaction(async (sql) => {
      const one = sql.query("SELECT 1 AS one", []);
      const twice = sql.query("INSERT INTO account VALUES (1, 1)", []);
      settled = await Promise.allSettled([one, twice, sql.query("SELECT 2", [])]);
    })
    .catch(() => {});
  return settled;
}
