import type { NetworkInfo } from "@ghostchain/api";
import type { BoostKeys } from "@ghostchain/ghostnet";
import type { GhostConfig, Product } from "@ghostchain/product";
import { openBoostSignerKeys, type Signing } from "./boost-signing.ts";
import { DEV_CHAIN_ID } from "./chain.ts";
import { readConfigFile } from "./config-file.ts";
import type { Deployment } from "./deploy-contracts.ts";
import { createGameProduct, findGame, gameContracts } from "./game.ts";
import { type Base, createBase, createGround, type Ground } from "./ground.ts";
import { createProducts } from "./products.ts";
import type { Settings } from "./settings/parse-settings.ts";

/** Which products run, from the settings and the configuration file. */
export interface Repertoire {
  readonly products: readonly Product[];
  readonly deployments: readonly Deployment[];
  /** Whether the game is among them. */
  readonly hasGame: boolean;
  /** Whom the game is to let sign boosts; undefined where none are signed. */
  readonly boostKeys: BoostKeys | undefined;
  /** Other chains that products live on. */
  readonly chains: Readonly<Record<string, readonly string[]>>;
  /** What clients are told of beside the products' contracts. */
  readonly contracts: NetworkInfo["contracts"];
  /** Where the configuration and its products' sources are. */
  readonly directory: string | undefined;
}

/**
 * @param parts - `config` instead of a file; `signing` in a process that serves the API
 * @throws {CommandError} {ProductError} naming what cannot be used
 */
export async function readRepertoire(
  base: Base,
  settings: Settings,
  { config: given, signing }: { config?: GhostConfig; signing?: Signing } = {},
): Promise<Repertoire> {
  const file = given ? undefined : await readConfigFile(settings["--config"]);
  const config = given ?? file?.config;
  const hasGame = config?.game ?? true;
  const game = hasGame ? findGame(settings) : undefined;
  const keys =
    game && signing
      ? await openBoostSignerKeys(base, settings, { ...signing, isDev: game.isDev })
      : undefined;
  const boosts = keys && signing ? { keys, transport: signing.transport } : undefined;
  const own = game ? [createGameProduct(base, game, settings, boosts)] : [];
  const chainId = settings.CHAIN_ID;
  const set = await createProducts(own, config, {
    chainId,
    isDev: chainId === DEV_CHAIN_ID,
    ...(file ? { version: file.version } : {}),
  });
  return {
    ...set,
    hasGame,
    chains: config?.chains ?? {},
    directory: file?.directory,
    contracts: game ? gameContracts(game) : {},
    boostKeys: keys,
  };
}

/** What every process of many begins with. */
export async function createRole(
  settings: Settings,
  parts: { signing?: Signing } = {},
): Promise<Ground & { repertoire: Repertoire }> {
  const base = createBase(settings);
  const repertoire = await readRepertoire(base, settings, parts);
  return { ...createGround(base, settings, ""), repertoire };
}
