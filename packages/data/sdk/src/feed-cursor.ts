import type { FeedEventMessage, RetractMessage, ServerMessage } from "@ghostchain/feed/wire";
import type { Change } from "./change.ts";

/** Where a stream stands; without an epoch, before anything was seen. */
export interface StreamPosition {
  readonly sequenceId: number;
  readonly epoch?: string | undefined;
}

/** `gap`: something was missed, ask for it. `broken`: this gateway does not keep the protocol. */
export type Taken = { readonly changes: readonly Change[]; readonly trouble?: "gap" | "broken" };

/**
 * The client's half of the order guarantee: out of whatever connections bring, every change once and in order.
 * Keeps no socket and no time.
 *
 * @see docs/protocols/gateway.md, "The order guarantee"
 */
export class FeedCursor {
  #at: StreamPosition | undefined;
  /** Of the sequence that this connection streams. */
  #epoch: string | undefined;
  /** What the RECONNECT named that has no answer yet. */
  #asked: number | undefined;

  constructor(at: StreamPosition | undefined) {
    this.#at = at;
  }

  get at(): StreamPosition | undefined {
    return this.#at;
  }

  /** The RECONNECT to send, first of all on each connection; until it is answered, the answer covers events. */
  ask(): { type: "RECONNECT"; lastSequenceId: number; epoch?: string } {
    const { sequenceId, epoch } = this.#at ?? { sequenceId: 0 };
    this.#asked = sequenceId;
    const named = { type: "RECONNECT", lastSequenceId: sequenceId } as const;
    return epoch === undefined ? named : { ...named, epoch };
  }

  take(message: ServerMessage): Taken {
    switch (message.type) {
      case "CONNECTION_STATE":
        return this.#begin(message);
      case "FEED_EVENT":
      case "RETRACT":
        return this.#asked === undefined ? this.#takeNext(message) : NOTHING;
      case "REPLAY":
        return this.#takeReplay(message);
      case "FULL_SYNC": {
        const { sequenceId, epoch, snapshot } = message;
        this.#asked = undefined;
        this.#at = { sequenceId, epoch };
        return { changes: [{ type: "sync", sequenceId, epoch, snapshot }] };
      }
      case "POSITION_UPDATE":
        return { changes: [{ type: "position", position: message.position }] };
      case "PONG":
      case "ERROR":
        return NOTHING;
      default:
        return { changes: [{ type: "notice", message }] };
    }
  }

  /** Where we have no place yet, it is where the connection is. */
  #begin({ status, sequenceId, epoch }: ServerMessage & { type: "CONNECTION_STATE" }): Taken {
    if (status !== "connected") return NOTHING;
    this.#epoch = epoch;
    this.#at ??= { sequenceId, epoch };
    return NOTHING;
  }

  #takeNext(message: FeedEventMessage | RetractMessage): Taken {
    const { sequenceId, prev } = message;
    const at = this.#at?.sequenceId ?? 0;
    if (sequenceId <= at) return NOTHING;
    if (prev > at) return { changes: [], trouble: "gap" };
    this.#at = { ...this.#at, sequenceId };
    return { changes: [toChange(message)] };
  }

  #takeReplay({ events, fromSequenceId, toSequenceId }: ServerMessage & { type: "REPLAY" }): Taken {
    if (fromSequenceId !== this.#asked) return { changes: [], trouble: "broken" };
    this.#asked = undefined;
    const changes: Change[] = [];
    for (const one of events) {
      const taken = this.#takeNext(one);
      if (taken.trouble) return { changes, trouble: "broken" };
      changes.push(...taken.changes.map(asPast));
    }
    // Where we named no epoch, the gateway took our place for one of its own.
    const epoch = this.#at?.epoch ?? this.#epoch;
    this.#at = { epoch, sequenceId: Math.max(toSequenceId, this.#at?.sequenceId ?? 0) };
    return { changes };
  }
}

const NOTHING: Taken = { changes: [] };

function toChange(message: FeedEventMessage | RetractMessage): Change {
  return message.type === "FEED_EVENT"
    ? {
        type: "event",
        sequenceId: message.sequenceId,
        event: message.event,
        ...(message.stages ? { stages: message.stages } : {}),
      }
    : { type: "retract", sequenceId: message.sequenceId, retracts: message.retracts };
}

/** What is told again has no time of arrival. */
function asPast(change: Change): Change {
  if (change.type !== "event") return change;
  const { stages: _, ...past } = change;
  return past;
}
