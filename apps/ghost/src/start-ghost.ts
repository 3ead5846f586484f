import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GhostConfig } from "@ghostchain/product";
import { runServices } from "@ghostchain/service";
import { awaitReady } from "./await-ready.ts";
import { composeStack } from "./compose-stack.ts";
import { openDataDirectory } from "./data-directory.ts";
import { FORMS } from "./settings/forms.ts";
import { parseSettings } from "./settings/parse-settings.ts";

export interface GhostOptions extends GhostConfig {
  /** Between blocks; 0, the default, seals a block for each transaction. */
  readonly blockTimeMs?: number;
}

export interface RunningGhost {
  readonly apiUrl: string;
  readonly gatewayUrl: string;
  readonly rpcUrl: string;
  /** Ends it and deletes what it stored. */
  stop(): Promise<void>;
}

/**
 * The whole stack in this process, for a product's tests: on free ports of loopback, in a temporary directory, without
 * the game unless it is asked for.
 *
 * @throws what keeps it from starting, such as a {ProductError}
 */
export async function startGhost(options: GhostOptions): Promise<RunningGhost> {
  const path = mkdtempSync(join(tmpdir(), "ghost-"));
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  const directory = openDataDirectory(path, { content: "kept" });
  const ending = new AbortController();
  try {
    const stack = await composeStack(settingsFor(path, options), directory, {
      ...options,
      game: options.game ?? false,
    });
    const stopServices = await runServices(stack.services, ending.signal, stack.base.logger);
    await awaitReady(stack.base, () => {}, ending.signal);
    const { gatewayUrl, rpcUrl } = stack.network();
    const stop = async () => {
      await stopServices();
      directory.release();
      remove();
    };
    return { apiUrl: stack.apiUrl(), gatewayUrl, rpcUrl, stop };
  } catch (error) {
    directory.release();
    remove();
    throw error;
  }
}

function settingsFor(path: string, { blockTimeMs = 0 }: GhostOptions) {
  const ports = ["--rpc-port=0", "--api-port=0", "--gateway-port=0"];
  const flags = [`--data-dir=${path}`, `--block-time=${blockTimeMs}`, "--players=0"];
  const settings = parseSettings(FORMS.up, [...ports, ...flags], {});
  if (settings === "help") throw new Error("no flag asked for help");
  return settings;
}
