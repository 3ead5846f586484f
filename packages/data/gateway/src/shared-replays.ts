/** One answer to RECONNECT, for all who missed the same. */
export interface Replay {
  readonly frame: Buffer;
  /** The last id that it tells of. */
  readonly told: number;
}

/** Replays kept at one time; each may be half of what a socket may leave unread. */
const KEPT_MAX = 32;

/**
 * The replays that were made since the newest row. When a gateway is lost, thousands come to the others at once and
 * missed the same: made for each of them, their replays would fill the memory.
 */
export class SharedReplays {
  #kept = new Map<string, Replay>();

  get(after: number, topics: ReadonlySet<string>, make: () => Replay): Replay {
    const key = `${after}\n${[...topics].sort().join("\n")}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const made = make();
    if (this.#kept.size < KEPT_MAX) this.#kept.set(key, made);
    return made;
  }

  /** There is a newer row: what was made lacks it. */
  clear(): void {
    if (this.#kept.size > 0) this.#kept = new Map();
  }
}
