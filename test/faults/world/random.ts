/** The same numbers from the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A stream of its own, so that one more question here changes no answer there. */
  fork(): Random {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }

  /** In `[0, 1)`. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer in `[0, limit)`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** An integer in `[from, to)`. */
  between(from: number, to: number): number {
    return from + this.below(to - from);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  /** Mostly short, now and then long: as answers over a network are. */
  latencyMs(usualMs: number): number {
    return this.chance(0.03) ? this.below(usualMs * 40 + 1) : this.below(usualMs + 1);
  }
}
