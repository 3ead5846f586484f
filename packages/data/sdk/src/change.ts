import type { FeedEvent, FeedStages, JsonObject } from "@ghostchain/feed";

/** What a stream brings, in order. */
export type Change =
  | {
      readonly type: "event";
      readonly sequenceId: number;
      readonly event: FeedEvent;
      /** When each step was done with it; only for one that came live. */
      readonly stages?: FeedStages;
    }
  /** A reorganization took these events back. */
  | { readonly type: "retract"; readonly sequenceId: number; readonly retracts: readonly number[] }
  /** Too much was missed to tell: this is how things stand now. Forget the events before it. */
  | {
      readonly type: "sync";
      readonly sequenceId: number;
      readonly epoch: string;
      readonly snapshot: JsonObject;
    }
  /** The user's own position; null for none. */
  | { readonly type: "position"; readonly position: JsonObject | null }
  /** Outside the sequence, such as SCAN_WARNING. */
  | { readonly type: "notice"; readonly message: JsonObject & { readonly type: string } };
