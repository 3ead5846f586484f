import type { TestDatabase } from "@ghostchain/database/testing";
import { ensureFeed } from "@ghostchain/feed";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Graphql } from "../../src/graphql.ts";
import { ask, DATABASES, GraphqlStand } from "../graphql-stand.ts";

const TABLES = `
  CREATE TYPE mood AS ENUM ('sad', 'fine', 'glad');
  CREATE DOMAIN wei AS numeric(78, 0) CHECK (VALUE >= 0);
  CREATE TABLE buyers (
    id text PRIMARY KEY, joined_at timestamptz NOT NULL, mood mood NOT NULL, secret_token uuid,
    friend_id text REFERENCES buyers (id)
  );
  CREATE INDEX buyers_by_friend ON buyers (friend_id);
  COMMENT ON TABLE buyers IS 'Who bought something.';
  COMMENT ON COLUMN buyers.joined_at IS 'When they first bought.';
  CREATE TABLE orders (
    buyer_id text NOT NULL REFERENCES buyers (id), number integer, amount wei NOT NULL,
    count bigint, ratio double precision, price numeric, paid boolean NOT NULL, day date,
    local timestamp, data bytea, tags text[], stamps timestamptz[], extra jsonb, gap interval,
    PRIMARY KEY (buyer_id, number)
  );
  CREATE TABLE receipts (
    hash text PRIMARY KEY, buyer_id text NOT NULL, order_number integer NOT NULL,
    UNIQUE (buyer_id, order_number),
    FOREIGN KEY (buyer_id, order_number) REFERENCES orders (buyer_id, number)
  );
  CREATE TABLE game (id smallint PRIMARY KEY, winner text);
  COMMENT ON TABLE game IS E'How it stands.\\n@foreignKey (winner) references buyers (id)';
  CREATE TABLE logins (address text PRIMARY KEY, buyer_id text REFERENCES buyers (id));
`;

const ROWS = `
      INSERT INTO shop.buyers VALUES
        ('ann', '2026-01-20 15:04:05.123456+02', 'glad', '123E4567-E89B-12D3-A456-426614174000', NULL),
        ('bob', 'infinity', 'sad', NULL, 'ann');
      INSERT INTO shop.orders VALUES
        ('ann', 1, 1e77, 9223372036854775807, 0.1, 1.50, true, '2026-01-20', '2026-01-20 01:02:03.5',
         '\\x00ff', '{a,NULL,"b,c"}', '{2026-01-20 00:00:00+01}', '{"deep": [1, "x"]}', '1 day'),
        ('ann', 2, 2, NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        ('bob', 1, 3, NULL, NULL, 'NaN', false, NULL, NULL, NULL, '{}', NULL, '[]', NULL);
      INSERT INTO shop.receipts VALUES ('0x01', 'ann', 2);
      INSERT INTO shop.game VALUES (1, 'bob');
      INSERT INTO shop.logins VALUES ('0xsecret', 'ann');`;
const BOB = [
  "amount: { gte: 3, lte: 3 }",
  'count: { isNull: true }, amount: { eq: "3" }',
  'not: { price: { lt: "5" } }, number: { eq: 1 }',
  "paid: { eq: false }, number: { lt: 2 }",
];
const ANN = [
  'day: { eq: "2026-01-20" }',
  'local: { eq: "2026-01-20T02:02:03.5+01:00" }',
  'local: { in: ["2026-01-20T01:02:03.5Z"] }',
  'data: { eq: "0x00FF" }',
  "ratio: { eq: 0.1 }",
  'count: { in: ["9223372036854775807"] }',
  "tags: { isNull: false }, extra: { isNull: false }, paid: { ne: false }",
  'buyerId: { startsWith: "a", contains: "n" }, or: [{ number: { eq: 1 } }, { number: { gt: 2 } }]',
];

const RELATED = [
  {
    ...{ id: "ann", friend: null, buyersByFriendId: { nodes: [{ id: "bob" }] } },
    orders: {
      totalCount: 2,
      nodes: [
        { number: 1, receipt: null },
        { number: 2, receipt: { hash: "0x01", order: { number: 2 } } },
      ],
    },
  },
  {
    ...{ id: "bob", friend: { id: "ann" }, buyersByFriendId: { nodes: [] } },
    orders: { totalCount: 1, nodes: [{ number: 1, receipt: null }] },
  },
];

async function openShop(open: () => Promise<TestDatabase>): Promise<GraphqlStand> {
  const stand = await GraphqlStand.open(TABLES, ["buyers", "orders", "receipts", "game"], open);
  await ensureFeed(stand.database);
  await stand.database.query(ROWS);
  return stand;
}

describe.each(Object.entries(DATABASES))("the schema of tables in %s", (_, open) => {
  let stand: GraphqlStand;
  let graphql: Graphql;
  beforeAll(async () => {
    stand = await openShop(open);
    graphql = stand.graphql();
  }, 60_000);
  afterAll(() => stand.close());

  it("shows values as they are, to the last digit", async () => {
    const { data, codes } = await ask(
      graphql,
      `{ shopOrder(buyerId: "ann", number: 1) { amount count ratio price paid day local data tags stamps extra gap
         buyer { joinedAt mood secretToken } } }`,
    );
    expect(codes).toEqual([]);
    expect(data.shopOrder).toEqual({
      amount: `1${"0".repeat(77)}`,
      ...{ count: "9223372036854775807", ratio: 0.1, price: "1.50", paid: true },
      ...{ day: "2026-01-20", local: "2026-01-20T01:02:03.5Z", data: "0x00ff" },
      ...{ tags: ["a", null, "b,c"], stamps: ["2026-01-19T23:00:00Z"] },
      ...{ extra: { deep: [1, "x"] }, gap: "P1D" },
      buyer: {
        ...{ joinedAt: "2026-01-20T13:04:05.123456Z", mood: "glad" },
        secretToken: "123e4567-e89b-12d3-a456-426614174000",
      },
    });
  });

  it("goes over foreign keys both ways, declared ones and composite ones too", async () => {
    const { data, codes } = await ask(
      graphql,
      `{ shopBuyers(first: 10) { nodes { id friend { id } buyersByFriendId { nodes { id } }
           orders { totalCount nodes { number receipt { hash order { number } } } } } }
         shopGame(id: 1) { winnerBuyer { id } } }`,
    );
    expect(codes).toEqual([]);
    expect(data.shopGame.winnerBuyer.id).toBe("bob");
    expect(data.shopBuyers.nodes).toEqual(RELATED);
  });

  it.each([
    ...BOB.map((filter) => ({ filter, buyerId: "bob" })),
    ...ANN.map((filter) => ({ filter, buyerId: "ann" })),
  ])("filters by $filter", async ({ filter, buyerId }) => {
    const query = `{ shopOrders(where: { ${filter} }) { nodes { buyerId number } } }`;
    const { data, codes } = await ask(graphql, query);
    expect(codes).toEqual([]);
    expect(data.shopOrders.nodes).toEqual([{ buyerId, number: 1 }]);
  });

  it("filters and orders by labels", async () => {
    const where = '{ or: [{ mood: { eq: "glad" } }, { mood: { in: ["sad"] } }] }';
    const { data } = await ask(
      graphql,
      `{ shopBuyers(where: ${where}, orderBy: [{ field: MOOD, direction: DESC }]) { nodes { id } } }`,
    );
    expect(data.shopBuyers.nodes).toEqual([{ id: "ann" }, { id: "bob" }]);
    const { codes } = await ask(
      graphql,
      '{ shopBuyers(where: { mood: { eq: "x" } }) { totalCount } }',
    );
    expect(codes).toEqual(["GRAPHQL_VALUE_INVALID"]);
  });

  it("knows nothing of tables that are not listed", async () => {
    const sdl = await graphql.sdl();
    expect(sdl).not.toMatch(/login/i);
    expect(sdl).toContain("Who bought something.");
    expect(sdl).toContain("When they first bought.");
    expect(sdl).not.toContain("@foreignKey");
    const { codes } = await ask(graphql, "{ shopLogins { nodes { address } } }");
    expect(codes).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
  });

  it("says which moment it read", async () => {
    const { data, codes } = await ask(
      graphql,
      "{ _meta { sequenceId epoch block { number } chains { name } } }",
    );
    expect(codes).toEqual([]);
    expect(data._meta).toEqual({
      ...{ sequenceId: 0, epoch: expect.any(String), block: null, chains: [] },
    });
  });

  it("writes nothing, whatever a resolver would do", async () => {
    const { data } = await ask(graphql, "{ shopGameList { nodes { id } } }");
    expect(data.shopGameList.nodes).toEqual([{ id: 1 }]);
    const mutation = await ask(graphql, "mutation { shopGame(id: 1) { id } }");
    expect(mutation.codes).toEqual(["GRAPHQL_OPERATION_UNSUPPORTED"]);
  });
});
