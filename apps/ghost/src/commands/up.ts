import { type NetworkInfo, reachableFrom } from "@ghostchain/api";
import { GATEWAY_PATH } from "@ghostchain/gateway";
import { reachChain } from "../chain.ts";
import { type DataDirectory, openDataDirectory } from "../data-directory.ts";
import { describeEndpoints } from "../describe-endpoints.ts";
import { contractsOf, createGameLife, createGameProduct, findGame } from "../game.ts";
import { createBase, createGround, watched } from "../ground.ts";
import { hostInUrl, isEverywhere } from "../host.ts";
import { createOwnChain } from "../own-chain.ts";
import { createIndexing, createServing, createSessions, createStreaming } from "../parts.ts";
import { runStack, type Stack } from "../run-stack.ts";
import type { Settings } from "../settings/parse-settings.ts";
import { inTurn, together } from "../with-health.ts";

/** `ghost up`: the whole stack in this process. */
export async function up(settings: Settings, signal: AbortSignal): Promise<void> {
  const directory = openDataDirectory(settings["--data-dir"], {
    content: settings["--fresh"] ? "fresh" : "kept",
  });
  try {
    await runStack(await compose(settings, directory), signal);
  } finally {
    directory.release();
  }
}

/** The composition root: every part of the stack and what it is given, read from top to bottom. */
async function compose(given: Settings, directory: DataDirectory): Promise<Stack> {
  const base = createBase(given);
  const chain = given.RPC_URL
    ? await reachChain(given.RPC_URL)
    : createOwnChain(base, { settings: given, directory: directory.chain });
  // a laptop's page has no login before its first view, whatever interface it is on
  const settings = { ...given, CHAIN_ID: chain.chainId, GATEWAY_PUBLIC: true };
  const host = settings["--host"];

  const game = findGame(settings);
  const products = [createGameProduct(base, game, settings)];
  const life = game.isDev ? createGameLife(base, chain.transport, settings) : undefined;

  const ground = createGround(base, settings, directory.database);
  const auth = createSessions(ground, settings, directory.authKeys);
  const indexing = createIndexing(ground, { products, chain });
  const { gateway, services: streaming } = createStreaming(ground, { products, auth }, settings);
  const network = (): NetworkInfo => ({
    chainId: chain.chainId,
    ...chain.urls(),
    gatewayUrl: `ws://${hostInUrl(host)}:${gateway.port}${GATEWAY_PATH}`,
    contracts: contractsOf(game),
  });
  const api = createServing(
    ground,
    // ports are known once the last of them listens
    { products, auth, network: () => (gateway.port === 0 ? undefined : network()) },
    settings,
  );

  const services = [
    together("ground", [
      inTurn(
        "chain",
        chain.services.map((service) => watched(base, service)),
      ),
      watched(base, ground.database),
      watched(base, ground.bus),
    ]),
    watched(base, auth),
    watched(base, api),
    ...(life ? [watched(base, life.deploy)] : []),
    ...indexing,
    ...streaming,
    ...(life?.playing ?? []).map((service) => watched(base, service)),
  ];
  const describe = () =>
    describeEndpoints({
      // whoever reads this sits at this machine, wherever else it listens
      network: reachableFrom(network(), "127.0.0.1"),
      apiUrl: `http://${hostInUrl(isEverywhere(host) ? "127.0.0.1" : host)}:${api.port}`,
      dataDir: directory.path,
      ownChain: settings.RPC_URL === undefined,
    });
  return { base, services, describe };
}
