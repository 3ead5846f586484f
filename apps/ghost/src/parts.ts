import { existsSync } from "node:fs";
import { resolve } from "node:path";
import {
  type Api,
  createApi,
  DEFAULT_REQUEST_LIMITS,
  LOOPBACK_REQUEST_LIMITS,
  type NetworkInfo,
  ownOrigins,
} from "@ghostchain/api";
import { type Auth, createAuth } from "@ghostchain/auth";
import { createFeedFollower } from "@ghostchain/feed";
import { createGateway, type Gateway } from "@ghostchain/gateway";
import { createIndexer, createJobRunner } from "@ghostchain/indexer";
import type { Product } from "@ghostchain/product";
import type { Service } from "@ghostchain/service";
import type { Chain } from "./chain.ts";
import { type Ground, watched } from "./ground.ts";
import { isLoopback } from "./host.ts";
import type { Settings } from "./settings/parse-settings.ts";

/** The parts of the data plane, each given what it needs: the same whether they share a process or not. */

const PAGE = resolve(import.meta.dirname, "../../web/build");

/** What writes the tables and the sequence, and runs the products' jobs. */
export function createIndexing(
  ground: Ground,
  { products, chain }: { products: readonly Product[]; chain: Pick<Chain, "rpc"> },
): Service[] {
  const indexer = createIndexer(ground, { products, rpc: chain.rpc });
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
      // who names their pages means no others
      origins:
        origins.length === 0 ? "any" : [...origins, ...ownOrigins(host, settings["--api-port"])],
    },
  );
  return { gateway, services: [follower, gateway].map((service) => watched(ground, service)) };
}

/** @param network - undefined while it is not known yet */
export function createServing(
  ground: Ground,
  parts: { products: readonly Product[]; auth: Auth; network: () => NetworkInfo | undefined },
  settings: Settings,
): Api {
  const { database, clock } = ground;
  const { products, auth, network } = parts;
  const host = settings["--host"];
  const origins = settings.PAGE_ORIGINS;
  return createApi(
    {
      ...{ ...ground, auth, products },
      onLogin: async (address) => {
        for (const product of products) await product.onLogin?.(address, { sql: database, clock });
      },
    },
    {
      ...{ host, port: settings["--api-port"], chainId: settings.CHAIN_ID, network, origins },
      secureCookie: origins.length > 0 && origins.every((origin) => origin.startsWith("https:")),
      limits: isLoopback(host) ? LOOPBACK_REQUEST_LIMITS : DEFAULT_REQUEST_LIMITS,
      trustProxy: settings.TRUST_PROXY,
      ...(existsSync(PAGE) ? { pageDirectory: PAGE } : {}),
    },
  );
}
