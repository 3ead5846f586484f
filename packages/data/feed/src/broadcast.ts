import { FeedError } from "./feed-error.ts";
import type { JsonObject } from "./feed-row.ts";

/** Where a product's jobs tell every connection something that is not part of the sequence. */
export const BROADCAST_CHANNEL = "broadcast";

/** `SCAN_WARNING` and the like: not kept, not replayed, without an id. */
export interface Broadcast {
  readonly message: JsonObject & { readonly type: string };
  /** Connections that watch one of these get it. */
  readonly topics: readonly string[];
}

export function encodeBroadcast(broadcast: Broadcast): string {
  return JSON.stringify(broadcast);
}

/** @throws {FeedError} `FEED_ANNOUNCEMENT_MALFORMED` for anything that `encodeBroadcast` did not write */
export function decodeBroadcast(text: string): Broadcast {
  try {
    const broadcast = JSON.parse(text) as Broadcast;
    if (typeof broadcast.message.type !== "string" || !Array.isArray(broadcast.topics))
      throw new TypeError("it has no message or no topics");
    return broadcast;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FeedError({ code: "FEED_ANNOUNCEMENT_MALFORMED", reason });
  }
}
