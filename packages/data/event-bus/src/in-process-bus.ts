import type { Logger } from "@ghostchain/service";
import type { EventBus, Unsubscribe } from "./event-bus.ts";
import { EventBusError } from "./event-bus-error.ts";
import { requireSize } from "./message-limit.ts";
import { Subscribers } from "./subscribers.ts";

/** For services that share one process. Nothing is ever lost, so there are no gaps. */
export function createInProcessBus(deps: { logger: Logger }): EventBus {
  return new InProcessBus(deps.logger);
}

class InProcessBus implements EventBus {
  readonly name = "event-bus";
  readonly #subscribers: Subscribers;
  #queue: { channel: string; message: string }[] = [];
  #started = false;

  constructor(logger: Logger) {
    this.#subscribers = new Subscribers(logger);
  }

  async start(): Promise<void> {
    this.#started = true;
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#subscribers.clear();
  }

  async publish(channel: string, message: string): Promise<void> {
    this.#requireStarted();
    requireSize(message);
    // Later than the caller, so that a publisher never runs a listener's code, and in one queue, so that
    // listeners who publish keep the order. It is empty again before anything else can happen.
    this.#queue.push({ channel, message });
    if (this.#queue.length === 1) queueMicrotask(() => this.#drain());
  }

  async subscribe(channel: string, onMessage: (message: string) => void): Promise<Unsubscribe> {
    this.#requireStarted();
    return this.#subscribers.add(channel, onMessage);
  }

  onGap(listener: () => void): Unsubscribe {
    return this.#subscribers.addGap(listener);
  }

  #drain(): void {
    for (let i = 0; i < this.#queue.length; i++) {
      const next = this.#queue[i];
      if (next) this.#subscribers.deliver(next.channel, next.message);
    }
    this.#queue = [];
  }

  #requireStarted(): void {
    if (!this.#started) throw new EventBusError({ code: "EVENT_BUS_NOT_STARTED", name: this.name });
  }
}
