import { createGhostClient } from "@ghostchain/sdk";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GhostnetEndpoints } from "../../src/endpoints.ts";
import { GameApi } from "../support/game-api.ts";

/** The compiler wants each of them, and no other. */
const ENDPOINTS: Readonly<Record<keyof GhostnetEndpoints, true>> = {
  "GET /users/:address": true,
  "GET /users/:address/history": true,
  "GET /leaderboard": true,
  "GET /levels": true,
  "GET /crews": true,
  "GET /crews/:id": true,
  "POST /crews": true,
  "POST /crews/:id/join": true,
  "POST /crews/:id/leave": true,
  "POST /minigame/typing/challenge": true,
  "POST /minigame/typing/result": true,
  "GET /minigame/typing/games": true,
};

let game: GameApi;
beforeAll(async () => {
  game = await GameApi.open({ instances: 1 });
}, 60_000);
afterAll(() => game.close());

describe("the game's routes", () => {
  it("are those that the SDK's types name", () => {
    const routes = game.product.routes.map(({ method, path }) => `${method} ${path}`);
    expect(routes.toSorted()).toEqual(Object.keys(ENDPOINTS).toSorted());
  });

  it("are documented: what they do, what each refusal is, with examples", async () => {
    const { body } = await game.get("/docs/json");
    for (const { method, path, refusals = [] } of game.product.routes) {
      const openApiPath = path.replace(/:(\w+)/g, "{$1}");
      const documented = body.paths[openApiPath][method.toLowerCase()];
      expect(documented.summary).toBeTruthy();
      for (const { status, code } of refusals)
        expect(documented.description).toContain(`| ${status} | \`${code}\` |`);
      expect(documented.responses["200"].content["application/json"].schema).toBeTruthy();
    }
    const result = body.paths["/minigame/typing/result"].post;
    const { properties } = result.requestBody.content["application/json"].schema;
    expect(properties.keystrokes.examples[0][0]).toEqual({ key: "s", atMs: 0 });
    expect(result.description).toContain("TYPING_MACHINE_LIKE");
    expect(result.security).toEqual([{ bearer: [] }, { cookie: [] }]);
  });

  it("are called through the SDK by their names and types", async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const ghost = createGhostClient<GhostnetEndpoints>({ apiUrl: game.url });
    const signMessage = (message: string) => account.signMessage({ message });
    await ghost.login({ address: account.address, signMessage });
    const crew = await ghost.call("POST /crews", { body: { name: "Callers" } });
    const found = await ghost.call("GET /crews", { query: { search: "CALL", sort: "members" } });
    expect(found.crews.map(({ id, members }) => ({ id, members }))).toEqual([
      { id: crew.id, members: 1 },
    ]);
    const user = await ghost.call("GET /users/:address", { params: { address: account.address } });
    expect(user.crew).toEqual(crew);
    const { command } = await ghost.call("POST /minigame/typing/challenge");
    expect(command.length).toBeGreaterThan(20);
    const left = await ghost.call("POST /crews/:id/leave", { params: { id: crew.id } });
    expect(left.success).toBe(true);
    await expect(ghost.call("GET /crews/:id", { params: { id: crew.id } })).rejects.toMatchObject({
      code: "CREW_UNKNOWN",
    });
  });
});
