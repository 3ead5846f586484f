export {
  deployGhostnet,
  type GhostnetDeployment,
  ghostnetAddresses,
} from "./dev/deploy-ghostnet.ts";
export { DevChain } from "./dev/dev-chain.ts";
export { GhostnetDevError, type GhostnetDevFault } from "./dev/dev-error.ts";
export { createPlayers, type PlayersSettings } from "./dev/players.ts";
export { createScanKeeper } from "./dev/scan-keeper.ts";
export { createGhostnet, type GhostnetSettings } from "./ghostnet.ts";
export { GhostnetError, type GhostnetFault } from "./ghostnet-error.ts";
export { LEVEL_NAMES, type LevelName, levelName } from "./level.ts";
