import type { NetworkInfo } from "@ghostchain/api";
import { SHARED_BOOST_KEYS } from "../boost-signing.ts";
import { publicUrls, transportTo } from "../chain.ts";
import { contractsOf } from "../data-plane.ts";
import { watched } from "../ground.ts";
import { hostInUrl } from "../host.ts";
import { createServing, createSessions } from "../parts.ts";
import { createRole } from "../role.ts";
import { runStack } from "../run-stack.ts";
import type { Settings } from "../settings/parse-settings.ts";

/** `ghost api`: one of any number that answer from what an indexer elsewhere commits. */
export async function api(settings: Settings, signal: AbortSignal): Promise<void> {
  const transport = transportTo(settings.RPC_URL ?? []);
  const base = await createRole(settings, { signing: { devFile: SHARED_BOOST_KEYS, transport } });
  const { products, contracts } = base.repertoire;
  const auth = createSessions(base, settings, settings.AUTH_KEY_FILE);
  const [firstRpc = ""] = settings.RPC_URL ?? [];
  const network: NetworkInfo = {
    chainId: settings.CHAIN_ID,
    ...publicUrls(settings.PUBLIC_RPC_URL ?? firstRpc),
    gatewayUrl: settings.GATEWAY_URL,
    contracts: { ...contractsOf(products), ...contracts },
  };
  const chain = { rpc: settings.RPC_URL ?? [], transport };
  const parts = {
    ...{ products, auth, chain, network: () => network },
    analyticsFile: settings.ANALYTICS_FILE,
  };
  const { api: serving, services: served } = createServing(base, parts, settings);
  const grounds = [base.database, base.bus, base.rateLimits, auth];
  const services = [...grounds.map((part) => watched(base, part)), ...served];
  const describe = () => `  API        http://${hostInUrl(settings["--host"])}:${serving.port}`;
  await runStack({ base, services, describe }, signal);
}
