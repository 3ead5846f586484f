import { type Sql, sqlStateOf } from "@ghostchain/database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Graphql } from "../../src/graphql.ts";
import { type Answered, ask, GraphqlStand } from "../graphql-stand.ts";

const TABLES = `
  CREATE TABLE makers (id text PRIMARY KEY, name text NOT NULL);
  CREATE TABLE items (
    id integer PRIMARY KEY, maker_id text NOT NULL REFERENCES makers (id), title text NOT NULL, size bigint
  );
  CREATE INDEX items_by_maker ON items (maker_id);
  INSERT INTO makers VALUES ('m', 'Maker');
  INSERT INTO items SELECT n, 'm', 'item ' || n, n FROM generate_series(1, 30) AS n;
  CREATE TABLE secrets (id text PRIMARY KEY);
`;
const METACHARACTERS = [
  `'; DROP TABLE shop.items; --`,
  `' OR '1'='1`,
  `\\'; SELECT pg_sleep(10); --`,
  `$1`,
  `$$; DROP SCHEMA shop CASCADE; $$`,
  `%`,
  `_`,
  `\\`,
  `{a,b}`,
  `"`,
  `NULL`,
  `item 1%`,
];

let stand: GraphqlStand;
let graphql: Graphql;
beforeAll(async () => {
  stand = await GraphqlStand.open(TABLES, ["makers", "items"]);
  graphql = stand.graphql();
}, 60_000);
afterAll(() => stand.close());

function expectNothingTold({ messages }: Answered): void {
  expect(messages.join(" ")).not.toMatch(/select |from shop|lateral|sqlstate|pg_|syntax error at/i);
}

async function refused(query: string, variables = {}): Promise<unknown> {
  const answered = await ask(graphql, query, variables);
  expect(answered.data ?? null).toSatisfy(
    (data) => data === null || !JSON.stringify(data).includes("item"),
  );
  expectNothingTold(answered);
  return answered.codes[0];
}

describe("attacks on the shape of a query", () => {
  it("a query nested without end is refused before it is looked at", async () => {
    const deep = (levels: number) =>
      `{ shopItems { nodes { ${"maker { items { nodes { ".repeat(levels)} id ${"} } }".repeat(levels)} } } }`;
    expect(await refused(deep(2))).toBe("GRAPHQL_TOO_DEEP");
    expect(await refused(deep(300))).toBe("GRAPHQL_TOO_DEEP");
    expect(await refused(`${"{a".repeat(1_000)}${"}".repeat(1_000)}`)).toBe("GRAPHQL_TOO_DEEP");
    expect((await ask(graphql, deep(1))).codes).toEqual([]);
  });

  it("pages within pages cost what they could become", async () => {
    const query = (first: number) =>
      `{ shopMakers(first: ${first}) { nodes { items(first: ${first}) { nodes { id title } } } } }`;
    expect(await refused(query(100))).toBe("GRAPHQL_TOO_COSTLY");
    expect((await ask(graphql, query(20))).codes).toEqual([]);
    const byVariable =
      "query ($n: Int) { shopMakers(first: $n) { nodes { items(first: $n) { nodes { id } } } } }";
    expect(await refused(byVariable, { n: 100 })).toBe("GRAPHQL_TOO_COSTLY");
    const scans = Array.from(
      { length: 25 },
      (_, index) => `a${index}: shopItems(first: 1, where: { size: { eq: "1" } }) { nodes { id } }`,
    );
    expect(await refused(`{ ${scans.join(" ")} }`)).toBe("GRAPHQL_TOO_COSTLY");
  });

  it("one field under many aliases is refused", async () => {
    const aliases = Array.from({ length: 31 }, (_, index) => `a${index}: shopItem(id: 1) { id }`);
    expect(await refused(`{ ${aliases.join(" ")} }`)).toBe("GRAPHQL_TOO_MANY_ALIASES");
    const within = `fragment f on Query { ${aliases.slice(0, 16).join(" ")} }`;
    expect(await refused(`{ ...f ... on Query { ...f } } ${within}`)).toBe(
      "GRAPHQL_TOO_MANY_ALIASES",
    );
  });

  it("fragments that double one another are refused, and those in a ring", async () => {
    const doubling = Array.from(
      { length: 30 },
      (_, index) => `fragment f${index} on Query { ...f${index + 1} ...f${index + 1} }`,
    );
    const last = "fragment f30 on Query { __typename }";
    const started = performance.now();
    expect(await refused(`{ ...f0 } ${doubling.join(" ")} ${last}`)).toBe(
      "GRAPHQL_TOO_MANY_FIELDS",
    );
    expect(performance.now() - started).toBeLessThan(1_000);
    const ring = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }";
    expect(await refused(ring)).toBe("GRAPHQL_VALIDATION_FAILED");
  });

  it("introspection that goes round in a ring is refused", async () => {
    const ring =
      "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }";
    expect(await refused(ring)).toBe("GRAPHQL_VALIDATION_FAILED");
  });

  it("a text that is too long, or not GraphQL, is refused", async () => {
    expect(await refused(`{ shopItem(id: 1) { id } } #${"x".repeat(17_000)}`)).toBe(
      "GRAPHQL_TOO_LARGE",
    );
    expect(await refused("{".repeat(10_000))).toBe("GRAPHQL_PARSE_FAILED");
    expect(await refused("{ shopItem(id: 1) { id }")).toBe("GRAPHQL_PARSE_FAILED");
    expect(await refused("subscription { shopItem(id: 1) { id } }")).toBe(
      "GRAPHQL_OPERATION_UNSUPPORTED",
    );
    expect(await refused("query a { __typename } query b { __typename }")).toBe(
      "GRAPHQL_OPERATION_UNKNOWN",
    );
  });
});

describe("attacks by arguments", () => {
  it("pages, filters and lists beyond their bounds are refused", async () => {
    const many = Array.from({ length: 101 }, (_, index) => index);
    const nested = `${"{ not: ".repeat(7)}{ id: { eq: 1 } }${" }".repeat(7)}`;
    const wide = Array.from({ length: 51 }, () => "{ id: { eq: 1 } }").join(" ");
    const asked = [
      "first: 101",
      "first: -1",
      `where: { id: { in: [${many}] } }`,
      `where: ${nested}`,
      `where: { or: [${wide}] }`,
      "where: { id: { eq: null } }",
      "where: { id: null }",
      "orderBy: [{ field: ID }, { field: TITLE }, { field: SIZE }, { field: ID }, { field: ID }]",
      'where: { size: { eq: "9223372036854775808" } }',
    ];
    for (const argument of asked) {
      const code = await refused(`{ shopItems(${argument}) { nodes { title } } }`);
      expect({ argument, code }).toEqual({ argument, code: "GRAPHQL_ARGUMENT_INVALID" });
    }
  });
});

describe("attacks by values", () => {
  it("SQL metacharacters in every string are what they are", async () => {
    for (const text of METACHARACTERS) {
      await stand.database.query("INSERT INTO shop.makers VALUES ($1, $1)", [text]);
      const variables = { text, list: [text] };
      for (const [filter, only] of [
        ["{ name: { eq: $text } }", true],
        ["{ name: { in: $list } }", true],
        ["{ name: { startsWith: $text } }", false],
        ["{ name: { contains: $text } }", false],
      ] as const) {
        const query = `query ($text: String, $list: [String!]) {
          shopMakers(where: ${filter}, first: 50) { nodes { id items { totalCount } } } __typename
          used: shopMakers(where: { id: { eq: $text }, name: { in: $list } }) { totalCount } }`;
        const { data, codes } = await ask(graphql, query, variables);
        expect(codes).toEqual([]);
        const found = data.shopMakers.nodes.map(({ id }: { id: string }) => id);
        expect(found).toContain(text);
        for (const id of found) expect(id).toContain(text);
        if (only) expect(found).toEqual([text]);
      }
      const key = "query ($text: String!) { shopMaker(id: $text) { name } }";
      expect((await ask(graphql, key, { text })).data).toEqual({ shopMaker: { name: text } });
    }
    const { data } = await ask(graphql, "{ shopItems { totalCount } }");
    expect(data.shopItems.totalCount).toBe(30);
  });

  it("SQL in a name reaches no database", async () => {
    expect(
      await refused('{ shopItems(orderBy: [{ field: "id; DROP TABLE" }]) { totalCount } }'),
    ).toBe("GRAPHQL_VALIDATION_FAILED");
    expect(
      await refused("query ($o: [ShopItemOrder!]) { shopItems(orderBy: $o) { totalCount } }", {
        o: [{ field: 'ID"; DROP TABLE shop.items; --' }],
      }),
    ).toBe("GRAPHQL_VARIABLES_INVALID");
    expect(await refused("{ shopSecrets { totalCount } }")).toBe("GRAPHQL_VALIDATION_FAILED");
  });

  it("a text with U+0000 is refused by name", async () => {
    const query = "query ($t: String) { shopItems(where: { title: { eq: $t } }) { totalCount } }";
    expect(await refused(query, { t: "a\0b" })).toBe("GRAPHQL_ARGUMENT_INVALID");
  });

  it("keys called __proto__ and constructor are nothing special", async () => {
    const variables = JSON.parse('{"__proto__": {"t": "x"}, "w": {"constructor": {"eq": 1}}}');
    const query = "query ($w: ShopItemFilter) { shopItems(where: $w) { totalCount } }";
    expect(await refused(query, variables)).toBe("GRAPHQL_VARIABLES_INVALID");
  });
});

describe("attacks by cursors", () => {
  it("a cursor that is forged, changed or of another list is refused", async () => {
    const page = async (after: string, order = "") =>
      ask(graphql, `query ($after: String) { shopItems(after: $after${order}) { nodes { id } } }`, {
        after,
      });
    const { data } = await ask(
      graphql,
      "{ shopItems(first: 3) { pageInfo { endCursor } } shopMakers(first: 1) { pageInfo { endCursor } } }",
    );
    const own: string = data.shopItems.pageInfo.endCursor;
    expect((await page(own)).data.shopItems.nodes[0]).toEqual({ id: 4 });
    const [mark] = JSON.parse(Buffer.from(own, "base64url").toString());
    const forge = (...items: unknown[]) =>
      Buffer.from(JSON.stringify([mark, ...items])).toString("base64url");
    const forged = [
      ...["", "x", "!!", own.slice(0, -3), `${own}A`, "W10", "a".repeat(10_000)],
      data.shopMakers.pageInfo.endCursor,
      ...[
        forge(),
        forge(null),
        forge(3),
        forge("3", "4"),
        forge({}),
        forge("3; SELECT 1"),
        forge(["3"]),
      ],
    ];
    for (const cursor of forged) {
      const answered = await page(cursor);
      expect({ cursor, codes: answered.codes }).toEqual({
        cursor,
        codes: ["GRAPHQL_CURSOR_INVALID"],
      });
      expectNothingTold(answered);
    }
    expect((await page(own, ", orderBy: [{ field: TITLE }]")).codes).toEqual([
      "GRAPHQL_CURSOR_INVALID",
    ]);
    expect((await page(forge("9999999999"))).codes).toEqual(["GRAPHQL_VALUE_INVALID"]);
  });
});

/** GraphQL whose statements are told before they run, each with where they run. */
function watched(before: (sql: Sql, text: string) => Promise<void>): Graphql {
  const { database } = stand;
  const telling: typeof database = Object.create(database, {
    query: { value: database.query.bind(database) },
    transaction: {
      value: (work: Parameters<typeof database.transaction>[0]) =>
        database.transaction((sql) =>
          work({
            copy: sql.copy.bind(sql),
            query: async (text, ...given) => {
              await before(sql, text);
              return sql.query(text, ...given);
            },
          }),
        ),
    },
  });
  return new GraphqlStand({ database: telling, close: async () => {} }, stand.product).graphql();
}

describe("one moment", () => {
  const query =
    "{ shopMakers { totalCount nodes { items(where: { size: { gt: 1000 } }) { totalCount } } } }";

  it("all of an operation is read at it, whatever is committed meanwhile", async () => {
    let written = 0;
    const graphql = watched(async (_, text) => {
      if (!text.includes("k.place")) return;
      written += 1;
      await stand.database.query("INSERT INTO shop.items VALUES ($1, 'm', 'late', 2000)", [
        1_000 + written,
      ]);
    });
    const { data, codes } = await ask(graphql, query);
    expect(codes).toEqual([]);
    expect(written).toBe(1);
    const counts = data.shopMakers.nodes.map(
      ({ items }: { items: { totalCount: number } }) => items.totalCount,
    );
    expect(Math.max(...counts)).toBe(0);
    const later = await ask(stand.graphql(), query);
    expect(JSON.stringify(later.data)).toContain('"totalCount":1}');
    await stand.database.query("DELETE FROM shop.items WHERE title = 'late'");
  });

  it("nothing can be written in its transaction", async () => {
    let state: string | undefined;
    const graphql = watched(async (sql, text) => {
      if (!text.includes("shop")) return;
      const write = sql.query("DELETE FROM shop.items", []);
      await write.catch((error) => {
        state = sqlStateOf(error);
      });
    });
    const { codes } = await ask(graphql, "{ shopItems { nodes { id } } }");
    expect(state).toBe("25006");
    expect(codes).toEqual(["GRAPHQL_UNAVAILABLE"]);
  });
});

describe("attacks on what all share", () => {
  it("a slow read is ended, and its connection is free again", async () => {
    const lock = stand.database.transaction(async (sql) => {
      await sql.query("LOCK TABLE shop.items IN ACCESS EXCLUSIVE MODE");
      const answered = await ask(stand.graphql({ timeoutMs: 200 }), "{ shopItems { totalCount } }");
      expect(answered.codes).toEqual(["GRAPHQL_TIMEOUT"]);
      expectNothingTold(answered);
    });
    await lock;
    expect((await ask(graphql, "{ shopItems { totalCount } }")).codes).toEqual([]);
  });

  it("a client that leaves takes its place in the queue with it, and is no error of ours", async () => {
    const narrow = stand.graphql({ atOnce: 1 });
    const leaving = new AbortController();
    const first = ask(narrow, "{ shopItems { totalCount } }");
    const left = narrow.execute({ query: "{ shopItems { totalCount } }" }, leaving.signal);
    leaving.abort(new Error("left"));
    expect((await left).errors?.map(({ extensions }) => extensions?.code)).toEqual([
      "GRAPHQL_ABANDONED",
    ]);
    expect((await first).codes).toEqual([]);
    expect((await ask(narrow, "{ shopItems { totalCount } }")).codes).toEqual([]);
  });

  it("more operations at a time than may wait are refused, and the others answered", async () => {
    const narrow = stand.graphql({ atOnce: 1, waiting: 2 });
    const asked = await Promise.allSettled(
      Array.from({ length: 8 }, () => ask(narrow, "{ shopItems { totalCount } }")),
    );
    const answered = asked.filter((one) => one.status === "fulfilled");
    const codes = asked.flatMap((one) => (one.status === "rejected" ? [one.reason.code] : []));
    expect(answered.length).toBeGreaterThanOrEqual(3);
    expect(new Set(codes)).toEqual(new Set(["GRAPHQL_BUSY"]));
    expect((await ask(narrow, "{ shopItems { totalCount } }")).codes).toEqual([]);
  });

  it("a level of rows is read in one statement, however many there are", async () => {
    let statements = 0;
    const counted = watched(async () => {
      statements += 1;
    });
    const query =
      "{ shopItems(first: 30) { nodes { id maker { items(first: 2) { totalCount nodes { id } } } } } }";
    const { data, codes } = await ask(counted, query);
    expect(codes).toEqual([]);
    expect(data.shopItems.nodes).toHaveLength(30);
    // two that begin, the list, its makers, their items, and the count of those
    expect(statements).toBe(6);
  });
});
