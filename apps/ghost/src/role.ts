import type { NetworkInfo } from "@ghostchain/api";
import type { GhostConfig, Product } from "@ghostchain/product";
import { readConfigFile } from "./config-file.ts";
import type { Deployment } from "./deploy-contracts.ts";
import { createGameProduct, findGame, gameContracts } from "./game.ts";
import { type Base, createBase, createGround, type Ground } from "./ground.ts";
import { createProducts } from "./products.ts";
import type { Settings } from "./settings/parse-settings.ts";

export const DEV_CHAIN_ID = 31_337;

/** Which products run, from the settings and the configuration file. */
export interface Repertoire {
  readonly products: readonly Product[];
  readonly deployments: readonly Deployment[];
  /** Whether the game is among them. */
  readonly hasGame: boolean;
  /** What clients are told of beside the products' contracts. */
  readonly contracts: NetworkInfo["contracts"];
  /** Where the configuration and its products' sources are. */
  readonly directory: string | undefined;
}

/**
 * @param given - instead of a file
 * @throws {CommandError} {ProductError} naming what cannot be used
 */
export async function readRepertoire(
  base: Base,
  settings: Settings,
  given?: GhostConfig,
): Promise<Repertoire> {
  const file = given ? undefined : await readConfigFile(settings["--config"]);
  const config = given ?? file?.config;
  const hasGame = config?.game ?? true;
  const game = hasGame ? findGame(settings) : undefined;
  const own = game ? [createGameProduct(base, game, settings)] : [];
  const chainId = settings.CHAIN_ID;
  const set = await createProducts(own, config, {
    chainId,
    isDev: chainId === DEV_CHAIN_ID,
  });
  return {
    ...set,
    hasGame,
    directory: file?.directory,
    contracts: game ? gameContracts(game) : {},
  };
}

/** What every process of many begins with. */
export async function createRole(settings: Settings): Promise<Ground & { repertoire: Repertoire }> {
  const base = createBase(settings);
  const repertoire = await readRepertoire(base, settings);
  return { ...createGround(base, settings, ""), repertoire };
}
