import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GameApi } from "../support/game-api.ts";
import { GeneratedClient } from "../support/generated-client.ts";

/** Written against the generated types alone: it compiles only if they say what the API does. */
const PROGRAM = `
import createClient from "openapi-fetch";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import type { operations, paths } from "./api.ts";

const apiUrl = process.argv[2] ?? "";
const api = createClient<paths>({ baseUrl: apiUrl });
const account = privateKeyToAccount(generatePrivateKey());
const path = { address: account.address };
const seen: Record<string, number> = {};
function keep<T>(name: string, { response, data, error }: { response: Response; data?: T; error?: unknown }): T {
  seen[name] = response.status;
  if (data === undefined) throw new Error(name + ": " + JSON.stringify(error));
  return data;
}

const { nonce } = keep("/auth/nonce", await api.GET("/auth/nonce"));
const message = createSiweMessage({
  address: account.address, chainId: 31337, domain: new URL(apiUrl).host, nonce, uri: apiUrl, version: "1",
});
const signature = await account.signMessage({ message });
const verified = keep("/auth/verify", await api.POST("/auth/verify", { body: { message, signature } }));
api.use({ onRequest({ request }) { request.headers.set("authorization", "Bearer " + verified.token); } });
const session = keep("/auth/session", await api.GET("/auth/session"));

const crew = keep("POST /crews", await api.POST("/crews", { body: { name: "Generated" } }));
const crewId: string = crew.id;
const user = keep("/users/{address}", await api.GET("/users/{address}", { params: { path } }));
const extracted: string = user.totalExtracted;
keep("/users/{address}/history", await api.GET("/users/{address}/history", { params: { path } }));
keep("/leaderboard", await api.GET("/leaderboard", { params: { query: {} } }));
keep("/levels", await api.GET("/levels"));
keep("/crews", await api.GET("/crews", { params: { query: { search: "gen", sort: "members" } } }));
keep("/crews/{id}", await api.GET("/crews/{id}", { params: { path: { id: crewId } } }));
keep("/minigame/typing/games", await api.GET("/minigame/typing/games"));
const feed = keep("/feed", await api.GET("/feed", { params: { query: { limit: 5 } } }));
const next: number | null = feed.next;
keep("/network", await api.GET("/network"));
const health = await api.GET("/health");
seen["/health"] = health.response.status;
keep("/metrics", await api.GET("/metrics", { parseAs: "text" }));
keep("/graphql", await api.GET("/graphql"));
keep("/graphql/schema", await api.GET("/graphql/schema", { parseAs: "text" }));
const users = keep("POST /graphql", await api.POST("/graphql", { body: { query: "{ ghostnetUsers { totalCount } }" } }));
keep("/auth/logout", await api.POST("/auth/logout"));

const unknown = await api.GET("/crews/{id}", { params: { path: { id: "00000000-0000-4000-8000-000000000000" } } });
const code: string | undefined = unknown.error?.error.code;
type History = operations["getUsersByAddressHistory"]["parameters"]["path"];
const history: History = path;

// @ts-expect-error: there is no such path
await api.GET("/nowhere").catch(() => {});
// @ts-expect-error: a parameter is missing
await api.GET("/users/{address}").catch(() => {});
// @ts-expect-error: a name is text
await api.POST("/crews", { body: { name: 7 } }).catch(() => {});

console.log(JSON.stringify({
  seen, code, extracted, next, users: users.data, same: session.address === verified.address, history,
}));
`;

let game: GameApi;
beforeAll(async () => {
  game = await GameApi.open({ instances: 1 });
}, 60_000);
afterAll(() => game.close());

describe("the OpenAPI document", () => {
  it("is valid, names every operation once, and says of each which codes refuse it", async () => {
    const { body } = await game.get("/docs/json");
    const { valid, errors } = await new Validator().validate(structuredClone(body));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    const operations = Object.entries(body.paths).flatMap(([path, item]) =>
      Object.entries(item as Record<string, Record<string, never>>).map(([method, operation]) => ({
        name: `${method} ${path}`,
        ...operation,
      })),
    ) as {
      name: string;
      operationId: string;
      summary: string;
      responses: Record<string, object>;
    }[];
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(["postMinigameTypingResult", "postRpc"]));
    for (const { name, operationId, summary, responses } of operations) {
      expect({ name, operationId, summary }).toEqual({
        ...{ name, operationId: expect.stringMatching(/^[a-z][A-Za-z0-9]+$/) },
        summary: expect.any(String),
      });
      expect(JSON.stringify(responses)).not.toContain("Default Response");
      expect(Object.keys(responses)).toContain("200");
    }
    const { responses, security } = body.paths["/crews"].post;
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(["400", "401", "403", "429"]));
    expect(responses["401"].content["application/json"].examples.AUTH_REQUIRED).toBeTruthy();
    expect(security).toEqual([{ bearer: [] }, { cookie: [] }]);
    const unknown = body.paths["/crews/{id}"].get.responses["404"];
    expect(unknown.description).toContain("CREW_UNKNOWN");
    expect(unknown.content["application/json"].schema.$ref).toBe("#/components/schemas/Error");
  });

  it("makes a client that compiles, logs in, and gets an answer of every route", async () => {
    const { body } = await game.get("/docs/json");
    const client = await GeneratedClient.from(body, PROGRAM);
    try {
      expect(await client.typeCheck()).toBe("");
      const told = await client.run(game.url);
      const gets = Object.entries(body.paths).flatMap(([path, item]) =>
        Object.hasOwn(Object(item), "get") ? [path] : [],
      );
      expect(Object.keys(told.seen)).toEqual(expect.arrayContaining(gets));
      const { "/health": health, ...others } = told.seen;
      // no service reports its health here
      expect(health).toBe(503);
      expect(new Set(Object.values(others))).toEqual(new Set([200]));
      expect(told).toMatchObject({ code: "CREW_UNKNOWN", extracted: "0", next: null, same: true });
      expect(told.users).toEqual({ ghostnetUsers: { totalCount: 0 } });
    } finally {
      client.close();
    }
  }, 120_000);
});
