import type { NetworkInfo } from "@ghostchain/api";
import type { Database } from "@ghostchain/database";
import {
  type BoostKeys,
  boostAddresses,
  createBoostSigner,
  createDevCrews,
  createGhostnet,
  createPlayers,
  createScanKeeper,
  DevChain,
  deployGhostnet,
  type GhostnetDeployment,
  ghostnetAddresses,
} from "@ghostchain/ghostnet";
import type { Product } from "@ghostchain/product";
import type { Service } from "@ghostchain/service";
import { type Address, custom, type Transport } from "viem";
import { DEV_CHAIN_ID } from "./chain.ts";
import { CommandError } from "./command-error.ts";
import type { Base } from "./ground.ts";
import type { Settings } from "./settings/parse-settings.ts";

/** Where the game is. */
export interface GamePlace extends GhostnetDeployment {
  /** Whether it is where `createGameLife` deploys it on any dev chain. */
  readonly isDev: boolean;
}

/** @throws {CommandError} `CONTRACTS_UNKNOWN` */
export function findGame(settings: Settings): GamePlace {
  const { CHAIN_ID, GHOST_CORE_ADDRESS, DATA_TOKEN_ADDRESS, TRACE_SCAN_ADDRESS } = settings;
  if (GHOST_CORE_ADDRESS && DATA_TOKEN_ADDRESS && TRACE_SCAN_ADDRESS) {
    return {
      ghostCore: GHOST_CORE_ADDRESS as Address,
      dataToken: DATA_TOKEN_ADDRESS as Address,
      traceScan: TRACE_SCAN_ADDRESS as Address,
      isDev: false,
    };
  }
  if (CHAIN_ID === DEV_CHAIN_ID) {
    const { account } = new DevChain(NO_CHAIN).account("deployer");
    return { ...ghostnetAddresses(account.address), isDev: true };
  }
  throw new CommandError(
    { code: "CONTRACTS_UNKNOWN", chainId: CHAIN_ID },
    `chain ${CHAIN_ID} is no dev chain (${DEV_CHAIN_ID}): say where the game is with ` +
      "GHOST_CORE_ADDRESS, DATA_TOKEN_ADDRESS, TRACE_SCAN_ADDRESS and START_BLOCK",
  );
}

/** As clients are told of it. */
export function gameContracts(game: GamePlace): NetworkInfo["contracts"] {
  return {
    GhostCore: { address: game.ghostCore },
    DataToken: { address: game.dataToken },
    TraceScan: { address: game.traceScan },
  };
}

/** @param signing - where boosts are signed: in an API */
export function createGameProduct(
  { clock }: Base,
  game: GamePlace,
  settings: Settings,
  signing?: { readonly keys: BoostKeys; readonly transport: Transport },
): Product {
  const at = { chainId: settings.CHAIN_ID, ghostCore: game.ghostCore };
  const deps = signing
    ? { clock, boosts: createBoostSigner({ clock, ...signing }, at) }
    : { clock };
  return createGhostnet(deps, { ...game, startBlock: settings.START_BLOCK ?? 0n });
}

/**
 * What puts the game on a dev chain and keeps it going.
 *
 * @param parts - `keys` of those whom the game lets sign boosts; `database` where the players are to be in crews
 */
export function createGameLife(
  { clock, logger }: Base,
  transport: Transport,
  settings: Settings,
  { keys, database }: { keys?: BoostKeys | undefined; database?: Database } = {},
): { readonly deploy: Service; readonly playing: readonly Service[] } {
  const chain = new DevChain(transport);
  const deployment = ghostnetAddresses(chain.account("deployer").account.address);
  const boostSigners = async () => (keys ? boostAddresses(keys) : []);
  const deps = { chain, deployment, clock, logger, boostSigners };
  const deploy: Service = {
    name: "contracts",
    async start(signal) {
      await deployGhostnet(chain, { signal, boostSigners: await boostSigners() });
    },
    async stop() {},
  };
  const count = settings["--players"];
  const players = createPlayers(deps, { count });
  const crews = database ? [createDevCrews({ ...deps, database }, { players: count })] : [];
  return { deploy, playing: [createScanKeeper(deps), players, ...crews] };
}

/** An address can be told without a chain. */
const NO_CHAIN = custom({
  request: async () => {
    throw new Error("there is no chain here");
  },
});
