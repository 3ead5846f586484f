import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Graphql } from "../../src/graphql.ts";
import { ask, DATABASES, GraphqlStand } from "../graphql-stand.ts";

/** Pages of random tables against a model of them in plain JavaScript. */

interface Item {
  readonly a: number;
  readonly b: string;
  readonly n: number | null;
  readonly t: string | null;
  readonly big: string | null;
  readonly at: string;
}
type Name = keyof Item;

const TABLE = `
  CREATE TABLE items (
    a integer, b text COLLATE "C", n integer, t text COLLATE "C", big numeric(78, 0), at timestamptz NOT NULL,
    PRIMARY KEY (a, b)
  );
  CREATE INDEX items_by_n ON items (n, a);
`;
const TEXTS = [
  "",
  "a",
  "A",
  "ä",
  "%",
  "_",
  "\\",
  "a%b",
  "'",
  '"',
  "{}",
  "日本",
  "😀",
  "null",
  "a\nb",
];
const WEI = ["-1", "0", "1", `1${"0".repeat(70)}`, `1${"0".repeat(69)}1`];
const TIMES = [
  "2026-01-20T00:00:00Z",
  "2026-01-20T00:00:00.000001Z",
  "1999-12-31T23:59:59.999999Z",
];

const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 3 });
const item: fc.Arbitrary<Item> = fc.record({
  ...{ a: fc.integer({ min: 0, max: 8 }), b: fc.constantFrom(...TEXTS) },
  ...{ n: nullable(fc.integer({ min: -2, max: 2 })), t: nullable(fc.constantFrom(...TEXTS)) },
  ...{ big: nullable(fc.constantFrom(...WEI)), at: fc.constantFrom(...TIMES) },
});
const keyOf = ({ a, b }: Item) => `${a} ${b}`;
const items = (maxLength: number) => fc.uniqueArray(item, { maxLength, selector: keyOf });

type Filter = Readonly<Record<string, unknown>>;
const operand = {
  ...{ a: fc.integer({ min: 0, max: 8 }), n: fc.integer({ min: -2, max: 2 }) },
  ...{ b: fc.constantFrom(...TEXTS), t: fc.constantFrom(...TEXTS) },
  ...{ big: fc.constantFrom(...WEI), at: fc.constantFrom(...TIMES) },
};
const NAMES: readonly Name[] = ["a", "b", "n", "t", "big", "at"];
const condition: fc.Arbitrary<Filter> = fc.constantFrom(...NAMES).chain((name) => {
  const value: fc.Arbitrary<unknown> = operand[name];
  const operators = ["eq", "ne", "lt", "lte", "gt", "gte"];
  if (name === "b" || name === "t") operators.push("startsWith", "contains");
  const one = fc.oneof(
    fc.tuple(fc.constantFrom(...operators), value),
    fc.tuple(fc.constant("in"), fc.array(value, { maxLength: 3 })),
    fc.tuple(fc.constant("isNull"), fc.boolean()),
  );
  return one.map(([operator, given]) => ({ [name]: { [operator]: given } }));
});
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constant({}),
    condition,
    fc.record({ and: fc.array(tie("filter"), { maxLength: 3 }) }),
    fc.record({ or: fc.array(tie("filter"), { maxLength: 3 }) }),
    fc.record({ not: tie("filter") }),
    fc.tuple(condition, condition).map(([one, other]) => ({ ...one, ...other })),
  ),
}));
const order = fc.array(fc.record({ name: fc.constantFrom(...NAMES), descending: fc.boolean() }), {
  maxLength: 3,
});
type Order = readonly { name: Name; descending: boolean }[];

function holds(row: Item, filter: Filter): boolean {
  return Object.entries(filter).every(([name, part]) => {
    if (name === "and") return (part as Filter[]).every((one) => holds(row, one));
    if (name === "or") return (part as Filter[]).some((one) => holds(row, one));
    if (name === "not") return !holds(row, part as Filter);
    const value = row[name as Name];
    return Object.entries(part as Filter).every(([operator, given]) =>
      holdsOne(name as Name, value, operator, given),
    );
  });
}

function holdsOne(name: Name, value: Item[Name], operator: string, given: unknown): boolean {
  if (operator === "isNull") return (value === null) === given;
  if (operator === "ne") return value === null || compare(name, value, given) !== 0;
  if (value === null) return false;
  if (operator === "in") return (given as unknown[]).some((one) => compare(name, value, one) === 0);
  if (operator === "startsWith") return String(value).startsWith(String(given));
  if (operator === "contains") return String(value).includes(String(given));
  const sign = compare(name, value, given);
  return (
    { eq: sign === 0, lt: sign < 0, lte: sign <= 0, gt: sign > 0, gte: sign >= 0 }[operator] ??
    false
  );
}

/** As PostgreSQL compares: null last, texts by their bytes. */
function compare(name: Name, one: unknown, other: unknown): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  if (name === "b" || name === "t")
    return Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)));
  if (name === "at") return microseconds(String(one)) - microseconds(String(other));
  const difference = BigInt(String(one)) - BigInt(String(other));
  return difference < 0n ? -1 : Number(difference > 0n);
}

function microseconds(text: string): number {
  const [seconds = "", fraction = ""] = text.slice(0, -1).split(".");
  return Date.parse(`${seconds}Z`) * 1_000 + Number(fraction.padEnd(6, "0"));
}

function expected(rows: readonly Item[], filter: Filter, order: Order): Item[] {
  const steps = [
    ...order,
    { name: "a", descending: false },
    { name: "b", descending: false },
  ] as const;
  return rows
    .filter((row) => holds(row, filter))
    .toSorted((one, other) => {
      for (const { name, descending } of steps) {
        const sign = compare(name, one[name], other[name]);
        if (sign !== 0) return descending ? -sign : sign;
      }
      return 0;
    });
}

const QUERY = `query ($where: ShopItemFilter, $orderBy: [ShopItemOrder!], $first: Int, $after: String) {
  shopItems(where: $where, orderBy: $orderBy, first: $first, after: $after) {
    totalCount edges { cursor node { a b n t big at } } pageInfo { hasNextPage endCursor } } }`;

async function walk(
  graphql: Graphql,
  asked: { filter: Filter; order: Order; first: number },
  between: (page: number) => Promise<void> = async () => {},
): Promise<{ rows: Item[]; totals: number[] }> {
  const rows: Item[] = [];
  const totals: number[] = [];
  const orderBy = asked.order.map(({ name, descending }) => ({
    ...{ field: name.toUpperCase(), direction: descending ? "DESC" : "ASC" },
  }));
  let after: string | null = null;
  for (let page = 0; ; page += 1) {
    const variables = { where: asked.filter, orderBy, first: asked.first, after };
    const { data, messages } = await ask(graphql, QUERY, variables);
    expect(messages).toEqual([]);
    const { edges, pageInfo, totalCount } = data.shopItems;
    rows.push(...edges.map(({ node }: { node: Item }) => node));
    totals.push(totalCount);
    expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
    if (!pageInfo.hasNextPage) return { rows, totals };
    after = pageInfo.endCursor;
    await between(page);
  }
}

const runs = Number(process.env.GRAPHQL_RUNS ?? 30);

describe.each(Object.entries(DATABASES))("pages in %s", (_, open) => {
  let stand: GraphqlStand;
  let graphql: Graphql;
  beforeAll(async () => {
    stand = await GraphqlStand.open(TABLE, ["items"], open);
    graphql = stand.graphql({ limits: { cost: 1_000_000 } });
  }, 60_000);
  afterAll(() => stand.close());

  const insert = (rows: readonly Item[]) =>
    stand.database.copy(
      "shop.items",
      ["a", "b", "n", "t", "big", "at"],
      rows.map(({ a, b, n, t, big, at }) => [a, b, n, t, big, at]),
    );
  const only = async (rows: readonly Item[]) => {
    await stand.database.query("DELETE FROM shop.items");
    await insert(rows);
  };

  it("are the rows of the model, in its order, whatever is asked", async () => {
    const asked = fc.record({ filter, order, first: fc.integer({ min: 1, max: 7 }) });
    await fc.assert(
      fc.asyncProperty(items(25), asked, async (rows, asking) => {
        await only(rows);
        const wanted = expected(rows, asking.filter, asking.order);
        const walked = await walk(graphql, asking);
        expect(walked.rows).toEqual(wanted);
        for (const total of walked.totals) expect(total).toBe(wanted.length);
      }),
      { numRuns: runs },
    );
  });

  it("show no row twice and miss none that was there throughout, while others come and go", async () => {
    const asked = fc.record({ filter, order, first: fc.integer({ min: 1, max: 4 }) });
    await fc.assert(
      fc.asyncProperty(items(30), asked, fc.nat(3), async (rows, asking, share) => {
        const stays = rows.filter((_, index) => index % 4 !== share);
        const comes = rows.filter((_, index) => index % 4 === share);
        const [goes = undefined] = stays.splice(0, 1);
        await only(goes ? [goes, ...stays] : stays);
        const walked = await walk(graphql, asking, async (page) => {
          const come = comes[page];
          if (come) await insert([come]);
          if (page === 1 && goes)
            await stand.database.query("DELETE FROM shop.items WHERE a = $1 AND b = $2", [
              goes.a,
              goes.b,
            ]);
        });
        const keys = walked.rows.map(keyOf);
        expect(new Set(keys).size).toBe(keys.length);
        const wanted = expected(stays, asking.filter, asking.order).map(keyOf);
        expect(keys.filter((key) => wanted.includes(key))).toEqual(wanted);
      }),
      { numRuns: runs },
    );
  });
});
