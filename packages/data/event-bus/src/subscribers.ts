import type { Logger } from "@ghostchain/service";
import type { Unsubscribe } from "./event-bus.ts";

type OnMessage = (message: string) => void;

/** Who listens to what, within this process. A listener that throws is logged and harms no other. */
export class Subscribers {
  readonly #channels = new Map<string, Set<{ onMessage: OnMessage }>>();
  readonly #gaps = new Set<{ onGap: () => void }>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get channels(): string[] {
    return [...this.#channels.keys()];
  }

  /** `onEmpty` runs when the channel's last listener is gone. */
  add(channel: string, onMessage: OnMessage, onEmpty?: () => void): Unsubscribe {
    const listeners = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, listeners);
    const entry = { onMessage };
    listeners.add(entry);
    return () => {
      if (!listeners.delete(entry) || listeners.size > 0) return;
      this.#channels.delete(channel);
      onEmpty?.();
    };
  }

  deliver(channel: string, message: string): void {
    for (const { onMessage } of [...(this.#channels.get(channel) ?? [])])
      this.#guard(() => onMessage(message), channel);
  }

  addGap(onGap: () => void): Unsubscribe {
    const entry = { onGap };
    this.#gaps.add(entry);
    return () => this.#gaps.delete(entry);
  }

  announceGap(): void {
    for (const { onGap } of [...this.#gaps]) this.#guard(onGap, "gap");
  }

  clear(): void {
    this.#channels.clear();
    this.#gaps.clear();
  }

  #guard(listener: () => void, channel: string): void {
    try {
      listener();
    } catch (error) {
      this.#logger.error({ err: error, channel }, "a listener of the event bus threw");
    }
  }
}
