import { existsSync } from "node:fs";
import { resolve } from "node:path";
import {
  createApi,
  DEFAULT_REQUEST_LIMITS,
  LOOPBACK_REQUEST_LIMITS,
  type NetworkInfo,
  ownOrigins,
  reachableFrom,
} from "@ghostchain/api";
import { createAuth } from "@ghostchain/auth";
import { createDatabase } from "@ghostchain/database";
import { createEventBus } from "@ghostchain/event-bus";
import { createFeedFollower } from "@ghostchain/feed";
import { createGateway, GATEWAY_PATH } from "@ghostchain/gateway";
import { createIndexer, createJobRunner } from "@ghostchain/indexer";
import {
  createLogger,
  createMetrics,
  Health,
  type Logger,
  runServices,
  type Service,
  systemClock,
} from "@ghostchain/service";
import { awaitReady } from "./await-ready.ts";
import { reachChain } from "./chain.ts";
import { type DataDirectory, openDataDirectory } from "./data-directory.ts";
import { describeEndpoints } from "./describe-endpoints.ts";
import { createGame } from "./game.ts";
import { hostInUrl, isEverywhere, isLoopback } from "./host.ts";
import { createOwnChain } from "./own-chain.ts";
import type { Settings } from "./settings.ts";
import { inTurn, together, withHealth } from "./with-health.ts";

const PAGE = resolve(import.meta.dirname, "../../web/build");

/**
 * Runs the whole stack in this process until `signal` aborts.
 *
 * @throws whatever keeps a service from starting; what had started is stopped then
 */
export async function up(settings: Settings, signal: AbortSignal): Promise<void> {
  const logger = createLogger({ level: settings["--log-level"] });
  const directory = openDataDirectory(settings["--data-dir"], {
    content: settings["--fresh"] ? "fresh" : "kept",
  });
  try {
    const stack = await compose(settings, directory, logger);
    const stop = await runServices(stack.services, signal, logger);
    try {
      await awaitReady({ health: stack.health, clock: systemClock }, console.log, signal);
      console.log(stack.describe());
      // counted from the start of the process
      console.log(`ready in ${(performance.now() / 1000).toFixed(1)} s`);
      await aborted(signal);
    } finally {
      await stop();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    directory.release();
  }
}

interface Stack {
  /** In the order they start. */
  readonly services: readonly Service[];
  readonly health: Health;
  describe(): string;
}

/** The composition root: every part of the stack and what it is given, read from top to bottom. */
async function compose(
  settings: Settings,
  directory: DataDirectory,
  logger: Logger,
): Promise<Stack> {
  const clock = systemClock;
  const metrics = createMetrics({ processMetrics: true });
  const health = new Health();
  const host = settings["--host"];
  const origins = settings.PAGE_ORIGINS;
  const apiPort = settings["--api-port"];

  const chain = settings.RPC_URL
    ? await reachChain(settings.RPC_URL)
    : createOwnChain({ clock, logger, metrics }, { settings, directory: directory.chain });
  const { chainId } = chain;
  const game = createGame({ chain, clock, logger }, settings);
  const products = [game.product];

  const database = createDatabase(
    { logger },
    { url: settings.DATABASE_URL, dataDir: directory.database },
  );
  const bus = createEventBus({ logger }, { redisUrl: settings.REDIS_URL });
  const auth = createAuth({ database, clock }, { keyFile: directory.authKeys, chainId });
  const indexer = createIndexer(
    { database, bus, clock, logger, metrics, health },
    { products, rpc: chain.rpc },
  );
  const jobs = createJobRunner({ database, bus, clock, logger }, { products });
  const follower = createFeedFollower({ database, bus, clock, logger });
  const gateway = createGateway(
    { follower, database, bus, products, auth, clock, logger, metrics },
    {
      ...{ host, port: settings["--gateway-port"], public: true },
      // who names their pages means no others
      origins: origins.length === 0 ? "any" : [...origins, ...ownOrigins(host, apiPort)],
    },
  );
  const api = createApi(
    {
      ...{ database, auth, products, health, metrics, clock, logger },
      onLogin: async (address) => {
        for (const product of products) await product.onLogin?.(address, { sql: database, clock });
      },
    },
    {
      host,
      port: apiPort,
      chainId,
      // ports are known once the last of them listens
      network: () => (gateway.port === 0 ? undefined : network()),
      origins,
      secureCookie: origins.length > 0 && origins.every((origin) => origin.startsWith("https:")),
      limits: isLoopback(host) ? LOOPBACK_REQUEST_LIMITS : DEFAULT_REQUEST_LIMITS,
      ...(existsSync(PAGE) ? { pageDirectory: PAGE } : {}),
    },
  );

  const network = (): NetworkInfo => ({
    chainId,
    ...chain.urls(),
    gatewayUrl: `ws://${hostInUrl(host)}:${gateway.port}${GATEWAY_PATH}`,
    contracts: {
      GhostCore: { address: game.deployment.ghostCore },
      DataToken: { address: game.deployment.dataToken },
      TraceScan: { address: game.deployment.traceScan },
    },
  });

  const watched = (service: Service) => withHealth(service, health);
  const services = [
    together("ground", [
      inTurn("chain", chain.services.map(watched)),
      watched(database),
      watched(bus),
    ]),
    watched(auth),
    watched(api),
    watched(game.deploy),
    indexer,
    watched(jobs),
    watched(follower),
    watched(gateway),
    ...game.life.map(watched),
  ];
  const describe = () =>
    describeEndpoints({
      // whoever reads this sits at this machine, wherever else it listens
      network: reachableFrom(network(), "127.0.0.1"),
      apiUrl: `http://${hostInUrl(isEverywhere(host) ? "127.0.0.1" : host)}:${api.port}`,
      dataDir: directory.path,
      ownChain: settings.RPC_URL === undefined,
    });
  return { services, health, describe };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}
