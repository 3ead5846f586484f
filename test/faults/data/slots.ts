import type { SimProcess } from "../world/sim-process.ts";

/** One connection of the pool, for as long as it is held. */
export interface Slot {
  /** The connection is really busy: it outlives its process. */
  pin(): void;
  give(): void;
}

/** The connections there are, first come, first served. Those of a process end with it. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  get free(): number {
    return this.#free;
  }

  async take(owner: SimProcess): Promise<Slot> {
    if (owner.alive && this.#free > 0) this.#free -= 1;
    else await this.#wait(owner);
    let given = false;
    let pinned = false;
    const give = () => {
      if (given) return;
      given = true;
      this.#pass();
    };
    owner.onKill(() => {
      if (!pinned) give();
    });
    return {
      pin: () => {
        pinned = true;
      },
      give,
    };
  }

  /** For ever, for what a process still does in the moment of its end. */
  #wait(owner: SimProcess): Promise<void> {
    return new Promise((resolve) => {
      if (!owner.alive) return;
      const wake = () => {
        if (owner.alive) resolve();
        else this.#pass();
      };
      this.#waiting.push(wake);
    });
  }

  #pass(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
