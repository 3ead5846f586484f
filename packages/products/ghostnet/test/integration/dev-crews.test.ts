import { createSilentLogger, systemClock } from "@ghostchain/service";
import { custom } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DevChain } from "../../src/dev/dev-chain.ts";
import { createDevCrews } from "../../src/dev/dev-crews.ts";
import { playerName } from "../../src/dev/players.ts";
import { GameApi } from "../support/game-api.ts";

/** Addresses are all that is asked of it. */
const chain = new DevChain(custom({ request: () => Promise.reject(new Error("no chain")) }));

let game: GameApi;
beforeAll(async () => {
  game = await GameApi.open({ instances: 1 });
}, 60_000);
afterAll(() => game.close());

async function run(players: number): Promise<{ name: string; members: number }[]> {
  const deps = { chain, database: game.database, clock: systemClock, logger: createSilentLogger() };
  const crews = createDevCrews(deps, { players });
  await crews.start(AbortSignal.timeout(10_000));
  const members = async () =>
    (await game.get("/crews?sort=members")).body.crews as { name: string; members: number }[];
  const count = async () => (await members()).reduce((sum, crew) => sum + crew.members, 0);
  await expect.poll(count).toBe(players);
  await crews.stop();
  return (await members()).map(({ name, members: size }) => ({ name, members: size }));
}

describe("the simulated players' crews", () => {
  it("share the players out, and those who come later", async () => {
    const first = await run(4);
    expect(first.map(({ members }) => members)).toEqual([2, 1, 1]);
    expect(await run(4)).toEqual(first);
    expect((await run(7)).map(({ members }) => members)).toEqual([3, 2, 2]);
    const { account } = chain.account(playerName(0));
    const { body } = await game.get("/crews?search=night");
    expect((await game.get(`/crews/${body.crews[0].id}`)).body.createdBy).toBe(account.address);
  });
});
