import { composeStack } from "../compose-stack.ts";
import { openDataDirectory } from "../data-directory.ts";
import { runStack } from "../run-stack.ts";
import type { Settings } from "../settings/parse-settings.ts";

/** `ghost up`: the whole stack in this process. */
export async function up(settings: Settings, signal: AbortSignal): Promise<void> {
  const directory = openDataDirectory(settings["--data-dir"], {
    content: settings["--fresh"] ? "fresh" : "kept",
  });
  try {
    await runStack(await composeStack(settings, directory), signal);
  } finally {
    directory.release();
  }
}
