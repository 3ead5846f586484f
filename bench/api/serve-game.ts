/**
 * The whole API with the game, before a filled database, with a block a second: `serve-game.ts RPC_URL`. Prints
 * `{ port, tokens, user, crew }` and serves until its input ends.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApi, type NetworkInfo } from "@ghostchain/api";
import { createAuth } from "@ghostchain/auth";
import { openTestDatabase } from "@ghostchain/database/testing";
import { createGhostnet } from "@ghostchain/ghostnet";
import { createMemoryLimits, type RateLimits } from "@ghostchain/rate-limit";
import { createRpcProxy, DEFAULT_RPC_PROXY_LIMITS } from "@ghostchain/rpc-proxy";
import { createMetrics, createSilentLogger, Health, systemClock } from "@ghostchain/service";
import { getAddress, pad, toHex } from "viem";
import { fillGame, tell } from "./fill-game.ts";

const BLOCK_MS = 1_000;
const PLAYERS = 200;
const LIMIT = 1_000_000;
const chainId = 31_337;
const signal = new AbortController().signal;
const [rpcUrl = ""] = process.argv.slice(2);
const network: NetworkInfo = {
  ...{ chainId, rpcUrl, wsUrl: rpcUrl.replace("http", "ws") },
  gatewayUrl: "ws://127.0.0.1:8080/ws",
  contracts: { GhostCore: { address: "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045" } },
};
const directory = mkdtempSync(join(tmpdir(), "ghost-bench-"));
const opened = await openTestDatabase();
const { database } = opened;
const parts = {
  ...{ database, clock: systemClock, logger: createSilentLogger(), health: new Health() },
  metrics: createMetrics({ processMetrics: false }),
};
const nowhere = getAddress(pad("0xc04e0", { size: 20 }));
const game = createGhostnet(parts, { ghostCore: nowhere, traceScan: nowhere, startBlock: 0n });
const auth = createAuth(parts, { keyFile: join(directory, "keys.json"), chainId });
await auth.start(signal);
const filled = await fillGame(database, game);
// counted without an end: what is measured is how fast, not how often
const rateLimits: RateLimits = {
  ...createMemoryLimits(parts),
  budget: (name, rule) => {
    const one = createMemoryLimits(parts).budget(name, rule);
    let takes = 0;
    return {
      take: (key) => {
        takes += 1;
        return one.take(`${key} ${Math.floor(takes / 500_000)}`);
      },
    };
  },
};
const perMinute = Object.fromEntries(
  Object.keys(DEFAULT_RPC_PROXY_LIMITS.perMinute).map((kind) => [kind, LIMIT]),
);
const rpc = createRpcProxy(
  { ...parts, rateLimits },
  {
    upstreams: [rpcUrl],
    chainId,
    limits: { perMinute: { ...DEFAULT_RPC_PROXY_LIMITS.perMinute, ...perMinute } },
  },
);
await rpc.start(signal);
parts.health.set("api", "ready");
parts.health.set("database", "ready");
const api = createApi(
  {
    ...{ ...parts, auth, rpc, rateLimits, products: [game] },
    onLogin: async (address) => game.onLogin?.(address, { sql: database, clock: systemClock }),
  },
  {
    ...{ host: "127.0.0.1", port: 0, chainId, network: () => network, origins: [] },
    secureCookie: false,
    limits: { anonymousPerMinute: LIMIT, userPerMinute: LIMIT, loginsPerMinute: LIMIT },
  },
);
await api.start(signal);
let block = 1_000_000n;
let telling: Promise<void> = Promise.resolve();
const blocks = setInterval(() => {
  block += 1n;
  telling = tell(database, [block]);
}, BLOCK_MS);
const tokens = await Promise.all(
  Array.from({ length: PLAYERS }, async (_, n) => {
    const { token } = await auth.issueToken(getAddress(pad(toHex(n + 1), { size: 20 })));
    return token;
  }),
);
console.log(JSON.stringify({ port: api.port, tokens, ...filled }));
for await (const _ of process.stdin) {
  // until the parent has what it wants
}
clearInterval(blocks);
await telling;
await api.stop();
await rpc.stop();
await auth.stop();
await opened.close();
rmSync(directory, { recursive: true });
