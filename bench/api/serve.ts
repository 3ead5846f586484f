/**
 * One process that answers: `serve.ts ours|bare`. `ours` is the whole API before an empty database; `bare` is fastify
 * with a handler that returns the same objects. Prints `{ port, token }` and serves until its input ends.
 */
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApi, type NetworkInfo } from "@ghostchain/api";
import { createAuth } from "@ghostchain/auth";
import { openTestDatabase } from "@ghostchain/database/testing";
import { ensureFeed, feedPosition } from "@ghostchain/feed";
import { createMetrics, createSilentLogger, Health, systemClock } from "@ghostchain/service";
import fastify from "fastify";

const signal = new AbortController().signal;
const network: NetworkInfo = {
  chainId: 31337,
  rpcUrl: "http://127.0.0.1:8545",
  wsUrl: "ws://127.0.0.1:8545",
  gatewayUrl: "ws://127.0.0.1:8080/ws",
  contracts: { GhostCore: { address: "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045" } },
};
const opened = await openTestDatabase();
const directory = mkdtempSync(join(tmpdir(), "ghost-bench-"));
const { database } = opened;
await ensureFeed(database);
const stop = process.argv[2] === "bare" ? await serveBare() : await serveOurs();
for await (const _ of process.stdin) {
  // until the parent has what it wants
}
await stop();
await opened.close();
rmSync(directory, { recursive: true });

async function serveBare(): Promise<() => Promise<void>> {
  const app = fastify();
  app.get("/network", async () => network);
  app.get("/feed", async () => {
    const position = await feedPosition(database);
    const rows = await database.query("SELECT 1 FROM feed.row LIMIT $1", [50]);
    return { events: rows, next: null, ...position };
  });
  app.get("/auth/session", async () => ({
    address: "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045",
    expiresAt: 1_800_000_000_000,
  }));
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  console.log(JSON.stringify({ port, token: "none" }));
  return () => app.close();
}

async function serveOurs(): Promise<() => Promise<void>> {
  const auth = createAuth(
    { database, clock: systemClock },
    { keyFile: join(directory, "keys.json"), chainId: 31337 },
  );
  await auth.start(signal);
  const { token } = await auth.issueToken("0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045");
  const limit = 1_000_000;
  const api = createApi(
    {
      ...{ database, auth, products: [], health: new Health(), clock: systemClock },
      metrics: createMetrics({ processMetrics: false }),
      logger: createSilentLogger(),
    },
    {
      ...{ host: "127.0.0.1", port: 0, chainId: 31337, network: () => network, origins: [] },
      secureCookie: false,
      limits: { anonymousPerMinute: limit, userPerMinute: limit, loginsPerMinute: limit },
    },
  );
  await api.start(signal);
  console.log(JSON.stringify({ port: api.port, token }));
  return async () => {
    await api.stop();
    await auth.stop();
  };
}
