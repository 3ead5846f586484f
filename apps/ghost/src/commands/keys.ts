import { rotateTokenKey } from "@ghostchain/auth";
import type { Settings } from "../settings/parse-settings.ts";

/** `ghost keys rotate` */
export async function rotate({ AUTH_KEY_FILE: path }: Settings): Promise<void> {
  const { kid, kept, dropped } = await rotateTokenKey(path, { nowMs: Date.now() });
  console.log(`${path}: ${kid} signs from now on; ${kept.length} kept, ${dropped.length} dropped`);
}
