import { z } from "zod";
import type { FeedEvent, FeedStages, JsonObject } from "./feed-row.ts";

/** Client to gateway, one JSON text frame each (spec: docs/protocols/gateway.md). */
export const clientMessage = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("AUTH"),
    token: z.string().max(4096).optional(),
    ticket: z.string().max(256).optional(),
  }),
  z.strictObject({
    type: z.literal("RECONNECT"),
    lastSequenceId: z.int().min(0),
    epoch: z.string().max(64).optional(),
  }),
  z.strictObject({
    type: z.literal("SUBSCRIBE"),
    topics: z.array(z.string().max(80)).min(1).max(32),
  }),
  z.strictObject({
    type: z.literal("UNSUBSCRIBE"),
    topics: z.array(z.string().max(80)).min(1).max(32),
  }),
  z.strictObject({ type: z.literal("PING") }),
]);
export type ClientMessage = z.output<typeof clientMessage>;

export type FeedEventMessage = {
  readonly type: "FEED_EVENT";
  readonly event: FeedEvent;
  readonly sequenceId: number;
  /** On a live event: when each step was done with it. */
  readonly stages?: FeedStages;
  /** The id before it in this connection's own, filtered stream. */
  readonly prev: number;
};

export type RetractMessage = {
  readonly type: "RETRACT";
  readonly sequenceId: number;
  readonly retracts: readonly number[];
  readonly prev: number;
};

/** Gateway to client. */
export type ServerMessage =
  | {
      readonly type: "CONNECTION_STATE";
      readonly status: "connected" | "reconnecting" | "error";
      readonly epoch: string;
      readonly sequenceId: number;
      readonly heartbeatMs: number;
    }
  | FeedEventMessage
  | RetractMessage
  | { readonly type: "POSITION_UPDATE"; readonly position: JsonObject | null }
  | { readonly type: "SCAN_WARNING"; readonly level: string; readonly secondsUntil: number }
  | {
      readonly type: "REPLAY";
      readonly events: readonly (FeedEventMessage | RetractMessage)[];
      readonly fromSequenceId: number;
      readonly toSequenceId: number;
    }
  | {
      readonly type: "FULL_SYNC";
      readonly snapshot: JsonObject;
      readonly sequenceId: number;
      readonly epoch: string;
    }
  | { readonly type: "PONG" }
  | { readonly type: "ERROR"; readonly code: string; readonly message: string };
