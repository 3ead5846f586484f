import { describe, expectTypeOf, it } from "vitest";
import { createGhostClient } from "./client.ts";
import type { FeedPage } from "./endpoints.ts";

type DemoEndpoints = {
  "GET /users/:address": { params: { address: string }; response: { name: string } };
  "GET /leaderboard": { query?: { limit?: number }; response: { entries: string[] } };
};

describe("call", () => {
  it("knows what each endpoint takes and gives", () => {
    const client = createGhostClient<DemoEndpoints>({ apiUrl: "http://127.0.0.1:1" });
    const never = false as boolean;
    if (never) {
      expectTypeOf(
        client.call("GET /users/:address", { params: { address: "0x" } }),
      ).resolves.toEqualTypeOf<{ name: string }>();
      expectTypeOf(client.call("GET /leaderboard")).resolves.toEqualTypeOf<{ entries: string[] }>();
      expectTypeOf(
        client.call("GET /feed", { query: { limit: 1 } }),
      ).resolves.toEqualTypeOf<FeedPage>();
      // @ts-expect-error: it needs its parameters
      void client.call("GET /users/:address");
      // @ts-expect-error: there is no such endpoint
      void client.call("GET /nothing");
    }
  });
});
