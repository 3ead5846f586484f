import { GATEWAY_PATH } from "@ghostchain/gateway";
import { watched } from "../ground.ts";
import { hostInUrl } from "../host.ts";
import { createSessions, createStreaming } from "../parts.ts";
import { createRole } from "../role.ts";
import { runStack } from "../run-stack.ts";
import type { Settings } from "../settings/parse-settings.ts";
import { createStatusServer } from "../status-server.ts";

/** `ghost gateway`: one of any number that stream what an indexer elsewhere commits. */
export async function gateway(settings: Settings, signal: AbortSignal): Promise<void> {
  const base = await createRole(settings);
  const { products } = base.repertoire;
  const auth = createSessions(base, settings, settings.AUTH_KEY_FILE);
  const streaming = createStreaming(base, { products, auth }, settings);
  const status = createStatusServer(base, settings);
  const services = [
    ...status.services,
    ...[base.database, base.bus, base.rateLimits, auth].map((service) => watched(base, service)),
    ...streaming.services,
  ];
  const describe = () => {
    const host = hostInUrl(settings["--host"]);
    return `  gateway    ws://${host}:${streaming.gateway.port}${GATEWAY_PATH}\n${status.describe()}`;
  };
  await runStack({ base, services, describe }, signal);
}
