import { openDataDirectory } from "../data-directory.ts";
import { describeDevAccounts } from "../describe-endpoints.ts";
import { createBase, watched } from "../ground.ts";
import { createOwnChain } from "../own-chain.ts";
import { runStack } from "../run-stack.ts";
import type { Settings } from "../settings/parse-settings.ts";
import { createStatusServer } from "../status-server.ts";

/** `ghost node`: a dev chain in this process. */
export async function node(settings: Settings, signal: AbortSignal): Promise<void> {
  const directory = openDataDirectory(settings["--data-dir"], {
    content: settings["--fresh"] ? "fresh" : "kept",
  });
  try {
    const base = createBase(settings);
    const chain = createOwnChain(base, { settings, directory: directory.chain });
    const status = createStatusServer(base, settings);
    const services = [
      ...status.services,
      ...chain.services.map((service) => watched(base, service)),
    ];
    const describe = () => {
      const { rpcUrl, wsUrl } = chain.urls();
      const lines = [`  JSON-RPC   ${rpcUrl}  and  ${wsUrl}`, `  chain id   ${chain.chainId}`];
      const more = [`  data       ${directory.path}`, status.describe()].filter(Boolean);
      return ["", ...lines, ...more, "", ...describeDevAccounts()].join("\n");
    };
    await runStack({ base, services, describe }, signal);
  } finally {
    directory.release();
  }
}
