import { reachChain } from "../chain.ts";
import { watched } from "../ground.ts";
import { createIndexing } from "../parts.ts";
import { createRole } from "../role.ts";
import { runStack } from "../run-stack.ts";
import type { Settings } from "../settings/parse-settings.ts";
import { createStatusServer } from "../status-server.ts";

/** `ghost indexer`: follows a chain into a database that other processes read. */
export async function indexer(settings: Settings, signal: AbortSignal): Promise<void> {
  const base = await createRole(settings);
  const { products, chains } = base.repertoire;
  const chain = await reachChain(settings.RPC_URL ?? []);
  const status = createStatusServer(base, settings);
  const services = [
    ...status.services,
    watched(base, base.database),
    watched(base, base.bus),
    ...createIndexing(base, { products, chain, chains }),
  ];
  await runStack({ base, services, describe: () => status.describe() }, signal);
}
