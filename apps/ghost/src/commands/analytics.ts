import { requestAnalyticsRebuild } from "@ghostchain/analytics";
import { withDatabase } from "../reach-database.ts";
import type { Settings } from "../settings/parse-settings.ts";

/** `ghost analytics rebuild` */
export function rebuild(settings: Settings, signal: AbortSignal): Promise<void> {
  return withDatabase(settings, { signal, content: "stored" }, async (database) => {
    await requestAnalyticsRebuild(database);
    console.log("asked for: analytics will be counted anew, by processes that run now or later");
  });
}
