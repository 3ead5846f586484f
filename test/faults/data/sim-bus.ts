import type { EventBus, Unsubscribe } from "@ghostchain/event-bus";
import { Channel } from "../world/channel.ts";
import type { Random } from "../world/random.ts";
import type { Scheduler } from "../world/scheduler.ts";
import type { SimProcess } from "../world/sim-process.ts";
import type { Faults } from "./faults.ts";

export interface BusParts {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: Faults["bus"];
  readonly owner: SimProcess;
  /** The real bus that all processes share. */
  readonly real: EventBus;
}

const PUBLISH_MS = 1;
const DELIVER_MS = 3;

/**
 * The bus as one process sees it: messages are lost and doubled, those of different publishers overtake each other,
 * and the connection goes away and comes back.
 */
export class SimBus implements EventBus {
  readonly name = "event-bus";
  readonly #parts: BusParts;
  readonly #gapListeners = new Set<() => void>();
  #subscriptions = 0;
  #isConnected = true;

  constructor(parts: BusParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  /** How many subscriptions were not given back. */
  get subscriptions(): number {
    return this.#subscriptions + this.#gapListeners.size;
  }

  async publish(channel: string, message: string): Promise<void> {
    const { scheduler, random, faults, owner, real } = this.#parts;
    await new Promise<void>((resolve) => {
      scheduler.at(owner, random.latencyMs(PUBLISH_MS), `publish ${channel}`, resolve);
    });
    if (faults.down || !this.#isConnected || random.chance(faults.loss / 3))
      throw new Error("the bus cannot be reached");
    if (random.chance(faults.loss)) return;
    await real.publish(channel, `${owner.name}\n${message}`);
  }

  async subscribe(channel: string, onMessage: (message: string) => void): Promise<Unsubscribe> {
    const { random, faults, owner, real } = this.#parts;
    const wires = new Map<string, Channel<string>>();
    const unsubscribe = await real.subscribe(channel, (message) => {
      if (!owner.alive || !this.#isConnected || random.chance(faults.loss)) return;
      const from = message.slice(0, message.indexOf("\n"));
      const wire = wires.get(from) ?? this.#wire(channel, from, onMessage);
      wires.set(from, wire);
      const text = message.slice(from.length + 1);
      wire.send(text, random.latencyMs(DELIVER_MS));
      if (random.chance(faults.double)) wire.send(text, random.latencyMs(DELIVER_MS));
    });
    this.#subscriptions += 1;
    owner.onKill(unsubscribe);
    return () => {
      this.#subscriptions -= 1;
      for (const wire of wires.values()) wire.cut();
      unsubscribe();
    };
  }

  onGap(listener: () => void): Unsubscribe {
    this.#gapListeners.add(listener);
    return () => this.#gapListeners.delete(listener);
  }

  /** Loses the connection for so long. */
  disconnect(forMs: number): void {
    const { scheduler, owner } = this.#parts;
    this.#isConnected = false;
    scheduler.at(owner, forMs, "the bus is back", () => {
      this.#isConnected = true;
      for (const listener of [...this.#gapListeners]) listener();
    });
  }

  #wire(channel: string, from: string, onMessage: (message: string) => void): Channel<string> {
    const { scheduler, owner } = this.#parts;
    return new Channel(scheduler, owner, `${channel} from ${from}`, onMessage);
  }
}
