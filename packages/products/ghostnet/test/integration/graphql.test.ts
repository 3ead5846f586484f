import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GameApi } from "../support/game-api.ts";

let game: GameApi;
beforeAll(async () => {
  game = await GameApi.open({ instances: 1 });
  await game.database.query(`
    INSERT INTO ghostnet.users (address, created_at) VALUES ('0xaa', '2026-01-20Z'), ('0xbb', '2026-01-21Z');
    INSERT INTO ghostnet.levels (level, death_rate_bps, scan_interval_seconds, min_stake) VALUES (5, 9000, 1800, 5);
    INSERT INTO ghostnet.positions (id, user_address, level, amount, entry_at, alive, tx_hash_in)
      VALUES ('p1', '0xaa', 5, 120000000000000000000, '2026-01-20Z', true, '0x01');
    INSERT INTO ghostnet.resets VALUES ('r1', 100, '0xbb', 50, '2026-01-22Z');
    INSERT INTO ghostnet.logins VALUES ('0xcc', now());`);
}, 60_000);
afterAll(() => game.close());

async function ask(query: string) {
  const { body } = await game.post("/graphql", { body: { query } });
  expect(body.errors).toBeUndefined();
  return body.data;
}

describe("the game by GraphQL", () => {
  it("has the schema that its tables make", async () => {
    const response = await fetch(`${game.url}/graphql/schema`);
    await expect(await response.text()).toMatchFileSnapshot("ghostnet-schema.txt");
  });

  it("goes from users to positions to levels, and back", async () => {
    const data = await ask(`{
      ghostnetUsers { nodes { address positions { nodes { amount levelRow { deathRateBps } } } } }
      ghostnetLevel(level: 5) { positions(first: 1) { nodes { user { address } } } }
      ghostnetResets { nodes { jackpot jackpotWinnerUser { address } } }
      ghostnetGameList { totalCount } }`);
    const nodes = [{ amount: "120000000000000000000", levelRow: { deathRateBps: 9000 } }];
    expect(data.ghostnetUsers.nodes).toEqual([
      { address: "0xaa", positions: { nodes } },
      { address: "0xbb", positions: { nodes: [] } },
    ]);
    expect(data.ghostnetLevel.positions.nodes).toEqual([{ user: { address: "0xaa" } }]);
    expect(data.ghostnetResets.nodes).toEqual([
      { jackpot: "50", jackpotWinnerUser: { address: "0xbb" } },
    ]);
    expect(data.ghostnetGameList.totalCount).toBe(0);
  });

  it("shows nothing of logins, crews' private tables or typing challenges", async () => {
    const schema = await (await fetch(`${game.url}/graphql/schema`)).text();
    expect(schema).not.toMatch(/login|challenge|crew|typing/i);
  });
});
