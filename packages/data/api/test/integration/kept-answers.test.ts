import { touchFeed } from "@ghostchain/feed";
import type { Product } from "@ghostchain/product";
import { createMetrics, FakeClock } from "@ghostchain/service";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { ApiStand, ask, login } from "../api-stand.ts";

/** What routes were asked to read, over all instances. */
const reads: string[] = [];
const clock = new FakeClock(Date.now());

const keeper: Product = {
  ...{ name: "keeper", contracts: {}, migrations: [], tables: [], projections: {}, feed: {} },
  jobs: [],
  routes: [
    {
      ...{ method: "GET", path: "/kept/:id", summary: "A number", auth: "none" },
      params: z.object({ id: z.string().regex(/^\d$/) }),
      response: z.object({ value: z.int(), setting: z.int(), user: z.string().nullable() }),
      cache: { version: "SELECT version FROM keeper.settings" },
      async handle({ params, user }, { database }) {
        const { id } = params as { id: string };
        reads.push(id);
        const [row] = await database.query<{ value: bigint; setting: bigint }>(
          `SELECT value, (SELECT version FROM keeper.settings) AS setting FROM keeper.numbers WHERE id = $1`,
          [id],
        );
        if (!row) throw new Error("a secret: hunter2");
        return { value: Number(row.value), setting: Number(row.setting), user: user ?? null };
      },
    },
    {
      ...{ method: "GET", path: "/moment", summary: "The time", auth: "none" },
      response: z.object({ now: z.int() }),
      cache: { maxAgeMs: 1_000 },
      handle: async (_, context) => ({ now: context.clock.now() }),
    },
    {
      ...{ method: "GET", path: "/mine", summary: "Who asks", auth: "required" },
      response: z.object({ user: z.string() }),
      handle: async ({ user }) => ({ user }),
    },
  ],
};

let stand: ApiStand;
let urls: string[];

beforeAll(async () => {
  stand = await ApiStand.open();
  await stand.database.query(`
    CREATE SCHEMA keeper;
    CREATE TABLE keeper.numbers (id text PRIMARY KEY, value bigint NOT NULL);
    CREATE TABLE keeper.settings (version bigint NOT NULL);
    INSERT INTO keeper.numbers VALUES ('0', 0), ('1', 0);
    INSERT INTO keeper.settings VALUES (0);
  `);
});
beforeEach(async () => {
  const metrics = createMetrics({ processMetrics: false });
  const limits = { anonymousPerMinute: 5_000, userPerMinute: 5_000, loginsPerMinute: 100 };
  const first = await stand.api({ limits }, { products: [keeper], metrics, clock });
  const second = await stand.api({ limits }, { products: [keeper], clock });
  urls = [first.url, second.url];
  reads.length = 0;
});
afterEach(() => stand.clear());
afterAll(() => stand.close());

/** As the indexer writes: rows, and a move of the feed, in one transaction. */
async function index(id: string, value: number): Promise<void> {
  await stand.database.transaction(async (sql) => {
    await sql.query("UPDATE keeper.numbers SET value = $2 WHERE id = $1", [id, value]);
    await touchFeed(sql);
  });
}

async function configure(version: number): Promise<void> {
  await stand.database.query("UPDATE keeper.settings SET version = $1", [version]);
}

describe("answers that are kept", () => {
  it("are what would be read, whoever wrote and whichever process is asked", async () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant("get" as const),
          id: fc.nat({ max: 1 }),
          at: fc.nat({ max: 1 }),
          times: fc.integer({ min: 1, max: 4 }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant("index" as const), id: fc.nat({ max: 1 }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("configure" as const) }) },
    );
    let next = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const values = [next, next];
        let setting = next;
        await index("0", next);
        await index("1", next);
        await configure(next);
        for (const now of steps) {
          next += 1;
          if (now.do === "index") {
            values[now.id] = next;
            await index(`${now.id}`, next);
          } else if (now.do === "configure") {
            setting = next;
            await configure(next);
          } else {
            const url = `${urls[now.at]}/kept/${now.id}`;
            const answers = await Promise.all(Array.from({ length: now.times }, () => ask(url)));
            for (const { status, body } of answers) {
              expect({ status, body }).toEqual({
                status: 200,
                body: { value: values[now.id], setting, user: null },
              });
            }
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it("are never from before what was committed when the request came, while blocks are written all the time", async () => {
    let committed = 0;
    let writing = true;
    const writer = (async () => {
      for (let value = 1_000_000; writing; value += 1) {
        await index("1", value);
        committed = value;
      }
    })();
    const reader = async (url: string) => {
      for (let i = 0; i < 60; i += 1) {
        const known = committed;
        const { body } = await ask(`${url}/kept/1`);
        expect(body.value).toBeGreaterThanOrEqual(known);
      }
    };
    await Promise.all([...urls, ...urls, ...urls].map(reader)).finally(() => {
      writing = false;
    });
    await writer;
  });
});

describe("an answer that is kept", () => {
  it("is read once while nothing changes, and the metrics say so", async () => {
    await index("0", 7);
    for (let i = 0; i < 5; i += 1) expect((await ask(`${urls[0]}/kept/0`)).body.value).toBe(7);
    await Promise.all(Array.from({ length: 8 }, () => ask(`${urls[0]}/kept/0`)));
    expect(reads).toEqual(["0"]);
    const { body } = await ask(`${urls[0]}/metrics`);
    expect(body).toContain('api_cacheable_answers_total{from="data"} 1');
    expect(body).toContain('api_cacheable_answers_total{from="cache"} 12');
  });

  it("is kept no longer than the route says", async () => {
    const { body: first } = await ask(`${urls[0]}/moment`);
    await clock.advance(999);
    expect((await ask(`${urls[0]}/moment`)).body).toEqual(first);
    await clock.advance(1);
    expect((await ask(`${urls[0]}/moment`)).body.now).toBe(first.now + 1_000);
  });

  it("carries an ETag, and 304 answers who knows it already until it changes", async () => {
    await index("0", 8);
    const first = await ask(`${urls[0]}/kept/0`);
    const again = await ask(`${urls[0]}/kept/0`);
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect(again.headers.get("etag")).toBe(etag);
    for (const { headers } of [first, again]) {
      expect(headers.get("cache-control")).toBe("no-cache");
      expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    }
    const known = await ask(`${urls[1]}/kept/0`, { headers: { "if-none-match": `W/${etag}` } });
    expect(known).toMatchObject({ status: 304, body: "" });
    await index("0", 9);
    const changed = await ask(`${urls[1]}/kept/0`, { headers: { "if-none-match": etag } });
    expect(changed).toMatchObject({ status: 200, body: { value: 9 } });
  });

  it("answers HEAD without a body", async () => {
    await ask(`${urls[0]}/kept/0`);
    const { status, headers } = await fetch(`${urls[0]}/kept/0`, { method: "HEAD" });
    expect([status, headers.has("etag")]).toEqual([200, true]);
  });

  it("is read from the database while it cannot say where it stands", async () => {
    await stand.database.query("ALTER TABLE keeper.settings RENAME TO settled");
    const lost = await ask(`${urls[0]}/kept/0`);
    await stand.database.query("ALTER TABLE keeper.settled RENAME TO settings");
    expect(lost).toMatchObject({ status: 503, body: { error: { code: "NOT_READY" } } });
    expect((await ask(`${urls[0]}/kept/0`)).status).toBe(200);
  });
});

describe("what is never kept", () => {
  it("a user's own answers are for that user alone (cache deception)", async () => {
    const [alice, bob] = [await login(urls[0] ?? ""), await login(urls[0] ?? "")];
    for (const { address, token } of [alice, bob, alice]) {
      const headers = { authorization: `Bearer ${token}` };
      const mine = await ask(`${urls[0]}/mine`, { headers });
      expect(mine.body).toEqual({ user: address });
      expect(mine.headers.get("cache-control")).toBe("no-store");
      expect(mine.headers.get("etag")).toBeNull();
      // a route with a cache is not told who asks, so it cannot say it to the next
      expect((await ask(`${urls[0]}/kept/0`, { headers })).body.user).toBeNull();
    }
    expect((await ask(`${urls[0]}/mine`)).status).toBe(401);
  });

  it("errors, and answers to what is not valid", async () => {
    const bad = await ask(`${urls[0]}/kept/x`);
    expect(bad).toMatchObject({ status: 400, body: { error: { code: "VALIDATION_FAILED" } } });
    const missing = await ask(`${urls[0]}/kept/5`);
    expect(missing).toMatchObject({ status: 500, body: { error: { code: "INTERNAL" } } });
    expect(missing.headers.get("cache-control")).toBe("no-store");
    await stand.database.query("INSERT INTO keeper.numbers VALUES ('5', 55)");
    expect((await ask(`${urls[0]}/kept/5`)).body.value).toBe(55);
  });

  it("a token in the URL is refused also where the answer is known", async () => {
    await ask(`${urls[0]}/kept/0`);
    const { status, body } = await ask(`${urls[0]}/kept/0?token=abc`);
    expect([status, body.error.code]).toEqual([400, "TOKEN_IN_URL"]);
  });

  it("a flood for an answer that is known is counted like any other", async () => {
    const limits = { anonymousPerMinute: 5, userPerMinute: 5, loginsPerMinute: 5 };
    const api = await stand.api({ limits }, { products: [keeper], clock });
    const etag = (await ask(`${api.url}/kept/0`)).headers.get("etag") ?? "";
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const headers = i % 2 === 0 ? { "if-none-match": etag } : {};
      statuses.push((await ask(`${api.url}/kept/0`, { headers })).status);
    }
    expect(statuses).toEqual([304, 200, 304, 200, 429, 429]);
  });
});
