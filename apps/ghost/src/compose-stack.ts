import { type NetworkInfo, reachableFrom } from "@ghostchain/api";
import type { GhostConfig } from "@ghostchain/product";
import type { Service } from "@ghostchain/service";
import { DEV_CHAIN_ID, reachChain } from "./chain.ts";
import type { DataDirectory } from "./data-directory.ts";
import { createDataPlane } from "./data-plane.ts";
import { createDeploying } from "./deploy-contracts.ts";
import { describeEndpoints } from "./describe-endpoints.ts";
import { createGameLife } from "./game.ts";
import { createBase, createGround, watched } from "./ground.ts";
import { hostInUrl, isEverywhere } from "./host.ts";
import { createOwnChain } from "./own-chain.ts";
import { createSessions } from "./parts.ts";
import { type Repertoire, readRepertoire } from "./role.ts";
import type { Stack } from "./run-stack.ts";
import type { Settings } from "./settings/parse-settings.ts";
import { createSourceWatch } from "./watch-sources.ts";
import { inTurn, together } from "./with-health.ts";

/** All of it in one process, and where it is once it runs. */
export interface WholeStack extends Stack {
  apiUrl(): string;
  network(): NetworkInfo;
}

/**
 * The composition root: every part of the stack and what it is given, read from top to bottom.
 *
 * @param config - instead of the one that a file has
 */
export async function composeStack(
  given: Settings,
  directory: DataDirectory,
  config?: GhostConfig,
): Promise<WholeStack> {
  const base = createBase(given);
  const chain = given.RPC_URL
    ? await reachChain(given.RPC_URL)
    : createOwnChain(base, { settings: given, directory: directory.chain });
  // whoever runs it all alone shows its feed to all
  const settings = { ...given, CHAIN_ID: chain.chainId, GATEWAY_PUBLIC: true };

  const signing = { devFile: directory.boostKeys, transport: chain.transport };
  const parts = { signing, ...(config ? { config } : {}) };
  const repertoire = await readRepertoire(base, settings, parts);
  const { products, contracts, chains } = repertoire;
  const ground = createGround(base, settings, directory.database);
  const auth = createSessions(ground, settings, directory.authKeys);
  const plane = createDataPlane(
    ground,
    { chain, chains, auth, products, contracts, analyticsFile: directory.analytics },
    settings,
  );
  const deploying = (deployments: Repertoire["deployments"]) =>
    createDeploying(chain.transport, deployments);
  const life = livesHere(repertoire, settings)
    ? createGameLife(base, chain.transport, settings, {
        keys: repertoire.boostKeys,
        database: ground.database,
      })
    : undefined;

  const watch = createSourceWatch(base, repertoire.directory, async (signal) => {
    const changed = await readRepertoire(base, settings, { signing });
    await deploying(changed.deployments).start(signal);
    await plane.replace(changed.products, signal);
  });
  const onChain = [...(life ? [life.deploy] : []), deploying(repertoire.deployments)];
  const see = (service: Service) => watched(base, service);
  const services = [
    together("ground", [
      inTurn("chain", chain.services.map(see)),
      see(ground.database),
      see(ground.bus),
    ]),
    see(ground.rateLimits),
    see(auth),
    ...onChain.map(see),
    plane,
    ...(life?.playing ?? []).map(see),
    ...(settings["--watch"] ? [watch] : []),
  ];
  const host = settings["--host"];
  const apiUrl = () =>
    `http://${hostInUrl(isEverywhere(host) ? "127.0.0.1" : host)}:${plane.ports().api}`;
  // whoever reads this sits at this machine, wherever else it listens
  const network = () => reachableFrom(plane.network(), "127.0.0.1");
  const describe = () =>
    describeEndpoints({
      ...{ network: network(), apiUrl: apiUrl(), dataDir: directory.path },
      ownChain: settings.RPC_URL === undefined,
    });
  return { base, services, describe, apiUrl, network };
}

/** Whether the game is ours to deploy and to keep going. */
function livesHere({ hasGame }: Repertoire, settings: Settings): boolean {
  const elsewhere = settings.GHOST_CORE_ADDRESS !== undefined;
  return hasGame && !elsewhere && settings.CHAIN_ID === DEV_CHAIN_ID;
}
