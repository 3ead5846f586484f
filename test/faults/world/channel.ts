import type { Scheduler } from "./scheduler.ts";
import type { SimProcess } from "./sim-process.ts";

/** A wire in one direction: things arrive late, but in the order they were sent. */
export class Channel<T> {
  readonly #scheduler: Scheduler;
  readonly #owner: SimProcess | undefined;
  readonly #what: string;
  readonly #deliver: (item: T) => void | Promise<void>;
  readonly #waiting: T[] = [];
  #cut = false;

  constructor(
    scheduler: Scheduler,
    owner: SimProcess | undefined,
    what: string,
    deliver: (item: T) => void | Promise<void>,
  ) {
    this.#scheduler = scheduler;
    this.#owner = owner;
    this.#what = what;
    this.#deliver = deliver;
  }

  send(item: T, delayMs: number): void {
    if (this.#cut) return;
    this.#waiting.push(item);
    this.#scheduler.at(this.#owner, delayMs, this.#what, () => {
      const next = this.#waiting.shift();
      return next === undefined ? undefined : this.#deliver(next);
    });
  }

  /** What is on its way does not arrive. */
  cut(): void {
    this.#cut = true;
    this.#waiting.length = 0;
  }
}
