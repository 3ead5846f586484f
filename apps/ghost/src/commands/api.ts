import type { NetworkInfo } from "@ghostchain/api";
import { publicUrls } from "../chain.ts";
import { contractsOf, createGameProduct, findGame } from "../game.ts";
import { createBase, createGround, watched } from "../ground.ts";
import { hostInUrl } from "../host.ts";
import { createServing, createSessions } from "../parts.ts";
import { runStack } from "../run-stack.ts";
import type { Settings } from "../settings/parse-settings.ts";

/** `ghost api`: one of any number that answer from what an indexer elsewhere commits. */
export async function api(settings: Settings, signal: AbortSignal): Promise<void> {
  const base = createBase(settings);
  const ground = createGround(base, settings, "");
  const game = findGame(settings);
  const products = [createGameProduct(base, game, settings)];
  const auth = createSessions(ground, settings, settings.AUTH_KEY_FILE);
  const [firstRpc = ""] = settings.RPC_URL ?? [];
  const network: NetworkInfo = {
    chainId: settings.CHAIN_ID,
    ...publicUrls(settings.PUBLIC_RPC_URL ?? firstRpc),
    gatewayUrl: settings.GATEWAY_URL,
    contracts: contractsOf(game),
  };
  const serving = createServing(ground, { products, auth, network: () => network }, settings);
  const services = [ground.database, ground.bus, auth, serving].map((s) => watched(base, s));
  const describe = () => `  API        http://${hostInUrl(settings["--host"])}:${serving.port}`;
  await runStack({ base, services, describe }, signal);
}
