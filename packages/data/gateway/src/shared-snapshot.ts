import type { Snapshot } from "./feed-stream.ts";

/** How old a snapshot may be: short, for what a product tells of the time that passes. */
const FRESH_MS = 1_000;

/**
 * The snapshot that is the same for everyone who has not logged in: read once for all who ask while it is being
 * read, and for who asks soon after. Rows that came since are given after it, so that it need not be the newest.
 */
export class SharedSnapshot {
  readonly #read: () => Promise<Snapshot>;
  #kept: Kept | undefined;

  constructor(read: () => Promise<Snapshot>) {
    this.#read = read;
  }

  /** @param isUsable - whether what came after a snapshot can still be given */
  async get(nowMs: number, isUsable: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
    const kept = this.#kept;
    if (kept && nowMs - kept.readAtMs < FRESH_MS) {
      const snapshot = await kept.snapshot;
      if (isUsable(snapshot)) return snapshot;
    }
    // Only the first of all who found it too old reads it anew.
    if (this.#kept === kept || this.#kept === undefined) this.#kept = this.#readAnew(nowMs);
    return this.#kept.snapshot;
  }

  #readAnew(nowMs: number): Kept {
    const kept = { snapshot: this.#read(), readAtMs: nowMs };
    kept.snapshot.catch(() => {
      if (this.#kept === kept) this.#kept = undefined;
    });
    return kept;
  }
}

interface Kept {
  readonly snapshot: Promise<Snapshot>;
  readonly readAtMs: number;
}
