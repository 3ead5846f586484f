import {
  createGhostnet,
  createPlayers,
  createScanKeeper,
  DevChain,
  deployGhostnet,
  type GhostnetDeployment,
  ghostnetAddresses,
} from "@ghostchain/ghostnet";
import type { Product } from "@ghostchain/product";
import type { Clock, Logger, Service } from "@ghostchain/service";
import type { Address } from "viem";
import type { Chain } from "./chain.ts";
import { CommandError } from "./command-error.ts";
import type { Settings } from "./settings.ts";

/** The game on a chain: where it is, what to index, and on a dev chain what keeps it going. */
export interface Game {
  readonly deployment: GhostnetDeployment;
  readonly product: Product;
  /** Runs before anything is indexed. */
  readonly deploy: Service;
  /** Run last: they need all the rest. */
  readonly life: readonly Service[];
}

const DEV_CHAIN_ID = 31337;

/** @throws {CommandError} `CONTRACTS_UNKNOWN` */
export function createGame(
  deps: { chain: Chain; clock: Clock; logger: Logger },
  settings: Settings,
): Game {
  const { chain, clock, logger } = deps;
  const given = givenDeployment(settings);
  if (given === undefined && chain.chainId !== DEV_CHAIN_ID) {
    throw new CommandError(
      { code: "CONTRACTS_UNKNOWN", chainId: chain.chainId },
      `chain ${chain.chainId} is no dev chain (${DEV_CHAIN_ID}): say where the game is with ` +
        "GHOST_CORE_ADDRESS, DATA_TOKEN_ADDRESS, TRACE_SCAN_ADDRESS and START_BLOCK",
    );
  }
  const dev = new DevChain(chain.transport);
  const deployment = given ?? ghostnetAddresses(dev.account("deployer").account.address);
  const product = createGhostnet(
    { clock },
    { ...deployment, startBlock: settings.START_BLOCK ?? 0n },
  );
  const playing = { chain: dev, deployment, clock, logger };
  const players = createPlayers(playing, { count: settings["--players"] });
  return {
    deployment,
    product,
    deploy: given === undefined ? deploying(dev) : nothingToDo("contracts"),
    life: given === undefined ? [createScanKeeper(playing), players] : [],
  };
}

function givenDeployment(settings: Settings): GhostnetDeployment | undefined {
  const { GHOST_CORE_ADDRESS, DATA_TOKEN_ADDRESS, TRACE_SCAN_ADDRESS } = settings;
  if (!GHOST_CORE_ADDRESS || !DATA_TOKEN_ADDRESS || !TRACE_SCAN_ADDRESS) return undefined;
  return {
    ghostCore: GHOST_CORE_ADDRESS as Address,
    dataToken: DATA_TOKEN_ADDRESS as Address,
    traceScan: TRACE_SCAN_ADDRESS as Address,
  };
}

function deploying(dev: DevChain): Service {
  return {
    name: "contracts",
    async start(signal) {
      await deployGhostnet(dev, signal);
    },
    async stop() {},
  };
}

function nothingToDo(name: string): Service {
  return { name, async start() {}, async stop() {} };
}
