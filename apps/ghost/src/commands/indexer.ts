import { reachChain } from "../chain.ts";
import { createGameProduct, findGame } from "../game.ts";
import { createBase, createGround, watched } from "../ground.ts";
import { createIndexing } from "../parts.ts";
import { runStack } from "../run-stack.ts";
import type { Settings } from "../settings/parse-settings.ts";
import { createStatusServer } from "../status-server.ts";

/** `ghost indexer`: follows a chain into a database that other processes read. */
export async function indexer(settings: Settings, signal: AbortSignal): Promise<void> {
  const base = createBase(settings);
  const ground = createGround(base, settings, "");
  const products = [createGameProduct(base, findGame(settings), settings)];
  const chain = await reachChain(settings.RPC_URL ?? []);
  const status = createStatusServer(base, settings);
  const services = [
    ...status.services,
    watched(base, ground.database),
    watched(base, ground.bus),
    ...createIndexing(ground, { products, chain }),
  ];
  await runStack({ base, services, describe: () => status.describe() }, signal);
}
