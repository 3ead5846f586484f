import {
  type BoostKeys,
  boostKeysOf,
  ensureBoostKeyFile,
  openBoostKeys,
} from "@ghostchain/ghostnet";
import type { Transport } from "viem";
import type { Base } from "./ground.ts";
import type { Settings } from "./settings/parse-settings.ts";

/** Of processes that share a working directory, and have no `--data-dir`. */
export const SHARED_BOOST_KEYS = "./.ghost/boost-signer.key";

/** What a process that serves the API signs boosts with. */
export interface Signing {
  /** Of a dev chain, where the settings name no other; made where it is missing. */
  readonly devFile: string;
  /** To the chain that the game is on. */
  readonly transport: Transport;
}

/**
 * The keys that sign boosts: those that the settings name; on a dev chain, where it is for us to choose whom the game
 * trusts, else those of `devFile`.
 *
 * @returns undefined where nobody gave any: then no boosts are signed
 * @throws {GhostnetError} `BOOST_KEYS_INVALID`
 */
export async function openBoostSignerKeys(
  { logger }: Base,
  settings: Settings,
  { devFile, isDev }: { devFile: string; isDev: boolean },
): Promise<BoostKeys | undefined> {
  const { BOOST_SIGNER_KEY_FILE: named, BOOST_SIGNER_PRIVATE_KEY: key } = settings;
  if (named === undefined && key !== undefined) return boostKeysOf(key, "BOOST_SIGNER_PRIVATE_KEY");
  const path = named ?? (isDev ? devFile : undefined);
  if (path === undefined) return undefined;
  if (isDev) await ensureBoostKeyFile(path);
  return openBoostKeys({ logger }, path);
}
