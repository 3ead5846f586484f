import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backupDatabase } from "../../src/backup/backup-database.ts";
import { restoreDatabase } from "../../src/backup/restore-database.ts";
import type { Database } from "../../src/database.ts";
import { migrate } from "../../src/migrate.ts";
import { openTestDatabase, type TestDatabase } from "../../src/testing/open-test-database.ts";

const MIGRATIONS = [
  {
    id: "001-shop",
    sql: `
      CREATE TABLE zone (id integer PRIMARY KEY, name text NOT NULL);
      INSERT INTO zone VALUES (1, 'made by the migration');
      CREATE TABLE a_order (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        zone_id integer REFERENCES zone (id),
        wei numeric(78, 0),
        ratio double precision,
        at timestamptz,
        raw bytea,
        note text,
        tags text[],
        doc jsonb,
        text_doc json,
        doubled numeric GENERATED ALWAYS AS (wei * 2) STORED
      );`,
  },
  { id: "002-index", sql: "CREATE UNIQUE INDEX a_order_note ON a_order (note)" },
];

const order = fc.record({
  wei: fc.option(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), { nil: null }),
  ratio: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: null }),
  at: fc.date({ min: new Date("1970-01-01"), max: new Date("2200-01-01"), noInvalidDate: true }),
  raw: fc.uint8Array({ maxLength: 40 }),
  note: fc.string({ unit: "binary", maxLength: 20 }).map((text) => text.replaceAll("\0", "")),
  tags: fc.array(fc.string({ maxLength: 5 }).map((text) => text.replaceAll("\0", ""))),
  text: fc.constantFrom('{\n "a":\n 1.50}', '"line\\nfeed"', "null"),
});

describe("backupDatabase and restoreDatabase", () => {
  let from: TestDatabase;
  let to: TestDatabase;
  beforeAll(async () => {
    [from, to] = await Promise.all([openTestDatabase(), openTestDatabase()]);
  });
  afterAll(async () => {
    await Promise.all([from?.close(), to?.close()]);
  });

  it("give back every row as it was, whatever it holds", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(order, { maxLength: 12, selector: ({ note }) => note }),
        async (orders) => {
          await Promise.all([clear(from.database), clear(to.database)]);
          await fill(from.database, orders);
          const lines = await backup(from.database);
          const size = await restoreDatabase(to.database, each(lines));
          expect(size).toEqual({ tables: 2, rows: orders.length + 2 });
          expect(await contents(to.database)).toEqual(await contents(from.database));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("go on counting where the original would", async () => {
    await Promise.all([clear(from.database), clear(to.database)]);
    await fill(from.database, [{ note: "one" }, { note: "two" }]);
    await from.database.query("DELETE FROM shop.a_order WHERE note = 'two'");
    await restoreDatabase(to.database, each(await backup(from.database)));
    const [row] = await to.database.query(
      "INSERT INTO shop.a_order (note) VALUES ('x') RETURNING id",
    );
    expect(row).toEqual({ id: 3n });
  });

  it("see one moment, while others write", async () => {
    await clear(from.database);
    await fill(from.database, [{ note: "before" }]);
    const lines: string[] = [];
    const write = async (text: string) => {
      if (lines.length === 0) await fill(from.database, [{ note: "meanwhile" }]);
      lines.push(...text.trimEnd().split("\n"));
    };
    await backupDatabase(from.database, write, { nowMs: 0 });
    expect(lines.join()).toContain("before");
    expect(lines.join()).not.toContain("meanwhile");
  });

  it("leave nothing behind when the backup was cut short or damaged", async () => {
    await Promise.all([clear(from.database), clear(to.database)]);
    await fill(from.database, [{ note: "one" }, { note: "two" }]);
    const lines = await backup(from.database);
    for (let kept = 0; kept < lines.length; kept++) {
      const attempt = restoreDatabase(to.database, each(lines.slice(0, kept)));
      await expect(attempt).rejects.toMatchObject({ code: "DATABASE_BACKUP_INVALID" });
    }
    for (let broken = 0; broken < lines.length; broken++) {
      const damaged = lines.map((line, index) => (index === broken ? line.slice(1) : line));
      const attempt = restoreDatabase(to.database, each(damaged));
      await expect(attempt).rejects.toMatchObject({ code: "DATABASE_BACKUP_INVALID" });
    }
    expect((await restoreDatabase(to.database, each(lines))).rows).toBe(4);
  });

  it("do not write over what is there", async () => {
    await clear(from.database);
    await fill(from.database, []);
    const attempt = restoreDatabase(from.database, each(await backup(from.database)));
    await expect(attempt).rejects.toThrow("already holds shop: restore into an empty one");
  });

  it("work on a database of a version that kept no migrations, once it was opened", async () => {
    await Promise.all([clear(from.database), clear(to.database)]);
    await fill(from.database, [{ note: "old" }]);
    await from.database.query("ALTER TABLE shop.migration DROP COLUMN sql");
    await expect(backup(from.database)).rejects.toMatchObject({
      code: "DATABASE_BACKUP_UNSUPPORTED",
    });
    await from.database.transaction((sql) => migrate(sql, "shop", MIGRATIONS));
    await restoreDatabase(to.database, each(await backup(from.database)));
    expect(await contents(to.database)).toEqual(await contents(from.database));
  });

  it("leave out schemas that need no backup", async () => {
    const lines: string[] = [];
    const write = async (text: string) => void lines.push(text);
    await backupDatabase(from.database, write, { nowMs: 0, without: ["shop"] });
    expect(lines.join("")).not.toContain("shop");
  });
});

async function clear(database: Database): Promise<void> {
  await database.query("DROP SCHEMA IF EXISTS shop CASCADE");
}

async function fill(database: Database, orders: readonly Record<string, unknown>[]): Promise<void> {
  await database.transaction((sql) => migrate(sql, "shop", MIGRATIONS));
  await database.query("INSERT INTO shop.zone VALUES (2, 'later') ON CONFLICT DO NOTHING");
  for (const { wei, ratio, at, raw, note, tags, text } of orders)
    await database.query(
      `INSERT INTO shop.a_order (zone_id, wei, ratio, at, raw, note, tags, doc, text_doc)
       VALUES (2, $1, $2, $3, $4, $5, $6, $7::jsonb, $7::json)`,
      [wei, ratio, at, raw, note, tags, text].map((value) => value ?? null) as never,
    );
}

async function backup(database: Database): Promise<string[]> {
  let text = "";
  await backupDatabase(
    database,
    async (lines) => {
      text += lines;
    },
    { nowMs: 0 },
  );
  return text.trimEnd().split("\n");
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

async function contents(database: Database): Promise<unknown> {
  return [
    await database.query("SELECT * FROM shop.zone ORDER BY id"),
    await database.query("SELECT * FROM shop.a_order ORDER BY id"),
    await database.query("SELECT id, checksum, sql FROM shop.migration ORDER BY id"),
  ];
}
