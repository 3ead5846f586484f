export {
  type BoostKeys,
  boostAddresses,
  boostKeysOf,
  ensureBoostKeyFile,
  openBoostKeys,
} from "./boosts/boost-keys.ts";
export {
  type BoostSigner,
  type BoostSignerDeps,
  type BoostSignerSettings,
  createBoostSigner,
  type SignedBoost,
} from "./boosts/boost-signer.ts";
export {
  type DeployOptions,
  deployGhostnet,
  type GhostnetDeployment,
  ghostnetAddresses,
} from "./dev/deploy-ghostnet.ts";
export { DevChain } from "./dev/dev-chain.ts";
export { createDevCrews, type DevCrewsDeps } from "./dev/dev-crews.ts";
export { GhostnetDevError, type GhostnetDevFault } from "./dev/dev-error.ts";
export { createPlayers, type PlayersSettings } from "./dev/players.ts";
export { createScanKeeper } from "./dev/scan-keeper.ts";
export type { GhostnetEndpoints } from "./endpoints.ts";
export { createGhostnet, type GhostnetDeps, type GhostnetSettings } from "./ghostnet.ts";
export { GhostnetError, type GhostnetFault } from "./ghostnet-error.ts";
export { LEVEL_NAMES, type LevelName, levelName } from "./level.ts";
