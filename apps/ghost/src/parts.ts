import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createAnalytics } from "@ghostchain/analytics";
import {
  type Api,
  createApi,
  createSignatureCheck,
  DEFAULT_REQUEST_LIMITS,
  LOOPBACK_REQUEST_LIMITS,
  type NetworkInfo,
  ownOrigins,
} from "@ghostchain/api";
import { type Auth, createAuth } from "@ghostchain/auth";
import { createFeedFollower } from "@ghostchain/feed";
import { createGateway, type Gateway } from "@ghostchain/gateway";
import { createGraphql } from "@ghostchain/graphql";
import {
  createDatabaseNonceStore,
  createSignedClients,
  type NonceStore,
  type SignedClients,
} from "@ghostchain/http-signature";
import { createIndexer, createJobRunner, MAIN_CHAIN } from "@ghostchain/indexer";
import type { Product } from "@ghostchain/product";
import { createRpcProxy } from "@ghostchain/rpc-proxy";
import type { Service } from "@ghostchain/service";
import { type Chain, DEV_CHAIN_ID, providerOf } from "./chain.ts";
import { type Ground, watched } from "./ground.ts";
import { isLoopback } from "./host.ts";
import type { Settings } from "./settings/parse-settings.ts";

/** The parts of the data plane, each given what it needs: the same whether they share a process or not. */

const PAGE = resolve(import.meta.dirname, "../../web/build");

interface IndexedParts {
  readonly products: readonly Product[];
  readonly chain: Pick<Chain, "rpc">;
  /** Beside the main one, by name: their URLs. */
  readonly chains: Readonly<Record<string, readonly string[]>>;
}

/** What writes the tables and the sequence, and runs the products' jobs. */
export function createIndexing(
  ground: Ground,
  { products, chain, chains }: IndexedParts,
): Service[] {
  const others = Object.entries(chains).map(([name, rpc]) => [name, { rpc }]);
  const indexer = createIndexer(ground, {
    products,
    chains: { [MAIN_CHAIN]: { rpc: chain.rpc }, ...Object.fromEntries(others) },
  });
  return [indexer, watched(ground, createJobRunner(ground, { products }))];
}

export function createSessions(ground: Ground, settings: Settings, keyFile: string): Auth {
  return createAuth(ground, { keyFile, chainId: settings.CHAIN_ID });
}

/** The gateway, and the follower that it streams from. */
export function createStreaming(
  ground: Ground,
  { products, auth }: { products: readonly Product[]; auth: Auth },
  settings: Settings,
): { gateway: Gateway; services: Service[] } {
  const host = settings["--host"];
  const origins = settings.PAGE_ORIGINS;
  const follower = createFeedFollower(ground);
  const gateway = createGateway(
    { ...ground, follower, products, auth },
    {
      ...{ host, port: settings["--gateway-port"] },
      public: settings.GATEWAY_PUBLIC ?? isLoopback(host),
      drainMs: settings.GATEWAY_DRAIN_MS ?? 0,
      sharePort: settings.GATEWAY_SHARE_PORT ?? false,
      // who names their pages means no others
      origins:
        origins.length === 0 ? "any" : [...origins, ...ownOrigins(host, settings["--api-port"])],
    },
  );
  return { gateway, services: [follower, gateway].map((service) => watched(ground, service)) };
}

/** For programs of this machine: room for a load test, yet an end. */
const LOOPBACK_CALLS_PER_MINUTE = { light: 60_000, state: 60_000, heavy: 6_000, write: 60_000 };

interface ServedParts {
  readonly products: readonly Product[];
  readonly auth: Auth;
  readonly chain: Pick<Chain, "rpc" | "transport">;
  /** Undefined while it is not known yet. */
  readonly network: () => NetworkInfo | undefined;
  /** Of this process alone; without it what is counted is kept in memory. */
  readonly analyticsFile: string | undefined;
}

/** The API, and what it asks the chain by. */
export function createServing(
  ground: Ground,
  { products, auth, chain, network, analyticsFile: file }: ServedParts,
  settings: Settings,
): { api: Api; services: Service[] } {
  const { database, clock } = ground;
  const host = settings["--host"];
  const origins = settings.PAGE_ORIGINS;
  const { REDIS_URL: url, CHAIN_ID: chainId } = settings;
  const rpc = createRpcProxy(ground, {
    ...{ upstreams: chain.rpc, chainId },
    // state of a dev chain changes without a block, as by anvil_setBalance
    cache: chainId === DEV_CHAIN_ID ? "off" : "on",
    limits: isLoopback(host) ? { perMinute: LOOPBACK_CALLS_PER_MINUTE } : {},
    ...(url === undefined ? {} : { redis: { url } }),
  });
  const analytics = createAnalytics(ground, { products, ...(file === undefined ? {} : { file }) });
  const signedClients = createMachineClients(ground, settings);
  const api = createApi(
    {
      graphql: createGraphql({ ...ground, products }),
      ...{ ...ground, auth, rpc, products: [...products, analytics.product] },
      ...(signedClients ? { signedClients } : {}),
      checkSignature: createSignatureCheck({ rpc: providerOf(chain.transport) }),
      onLogin: async (address) => {
        for (const product of products) await product.onLogin?.(address, { sql: database, clock });
      },
    },
    {
      ...{ host, port: settings["--api-port"], chainId, network, origins },
      secureCookie: origins.length > 0 && origins.every((origin) => origin.startsWith("https:")),
      limits: isLoopback(host) ? LOOPBACK_REQUEST_LIMITS : DEFAULT_REQUEST_LIMITS,
      trustProxy: settings.TRUST_PROXY,
      ...(existsSync(PAGE) ? { pageDirectory: PAGE } : {}),
    },
  );
  // a chain that is slow to answer holds up no login page
  const others = signedClients ? [analytics, signedClients] : [analytics];
  const services = [...others, api].map((service) => watched(ground, service));
  return { api, services: [rpc, ...services] };
}

/** Programs that sign what they send, where a file says who they are. */
function createMachineClients(ground: Ground, settings: Settings): SignedClients | undefined {
  const { RPC_CLIENTS_FILE: clientsFile } = settings;
  if (clientsFile === undefined) return undefined;
  let opening: Promise<NonceStore> | undefined;
  const nonces: NonceStore = {
    spend: async (...spent) => {
      opening ??= createDatabaseNonceStore(ground.database).catch((error: unknown) => {
        // the database may be back by the next request
        opening = undefined;
        throw error;
      });
      return (await opening).spend(...spent);
    },
  };
  return createSignedClients({ ...ground, nonces }, { clientsFile });
}
