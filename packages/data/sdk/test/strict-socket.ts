import type { ServerMessage } from "@ghostchain/feed/wire";

/**
 * A WebSocket that notes where a gateway breaks the order guarantee on one connection. A stream drops what it
 * has, so that it alone would not show a double.
 */
export function createStrictSocket(broken: string[]): typeof WebSocket {
  return class extends WebSocket {
    #seen: number | undefined;

    constructor(url: string | URL) {
      super(url);
      this.addEventListener("message", ({ data }) => this.#check(JSON.parse(String(data))));
    }

    #check(message: ServerMessage): void {
      if (message.type === "REPLAY") {
        for (const { sequenceId, prev } of message.events) this.#take(sequenceId, prev, "replayed");
        this.#seen = message.toSequenceId;
      } else if (message.type === "FULL_SYNC") {
        this.#seen = message.sequenceId;
      } else if (message.type === "FEED_EVENT" || message.type === "RETRACT") {
        this.#take(message.sequenceId, message.prev, "live");
      }
    }

    /** Before the first answer to RECONNECT what comes live may be what the answer brings. */
    #take(sequenceId: number, prev: number, how: string): void {
      if (this.#seen !== undefined && (sequenceId <= this.#seen || prev > this.#seen)) {
        broken.push(`${how} ${sequenceId} after ${prev}, but seen up to ${this.#seen}`);
      }
      if (this.#seen !== undefined) this.#seen = sequenceId;
    }
  };
}
