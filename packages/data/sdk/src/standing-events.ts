import type { FeedEvent } from "@ghostchain/feed";
import type { Change } from "./change.ts";

export interface StandingEvent {
  readonly sequenceId: number;
  readonly event: FeedEvent;
}

/** The newest events, newest first, with those that a reorganization took back taken out: a feed to show. */
export class StandingEvents {
  readonly #limit: number;
  #events: StandingEvent[] = [];

  /** @param limit - how many are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get list(): readonly StandingEvent[] {
    return this.#events;
  }

  /** Starts from a page of `GET /feed`. */
  reset(newestFirst: readonly StandingEvent[]): void {
    this.#events = newestFirst.slice(0, this.#limit);
  }

  apply(change: Change): void {
    if (change.type === "event") {
      const { sequenceId, event } = change;
      this.#events = [{ sequenceId, event }, ...this.#events].slice(0, this.#limit);
    } else if (change.type === "retract") {
      const gone = new Set(change.retracts);
      this.#events = this.#events.filter(({ sequenceId }) => !gone.has(sequenceId));
    } else if (change.type === "sync") {
      this.#events = [];
    }
  }
}
