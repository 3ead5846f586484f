import { BinaryHeap } from "./binary-heap.ts";
import type { PoolEntry } from "./sender-queue.ts";
import { effectiveTipWei } from "./transaction-fees.ts";

interface Ranked {
  readonly entry: PoolEntry;
  /** As it was when ranked. Once it has become true, the entry is ranked anew when it comes up. */
  readonly pending: boolean;
  readonly tipWei: bigint;
}

/**
 * Which transaction a full pool gives up first: one that waits for a nonce before one that could be mined, then
 * the lower effective tip, then the newer. It is made when a pool fills up and forgotten with the base fee it was
 * made for, so that a pool with room to spare pays nothing for it.
 */
export class EvictionOrder {
  readonly #baseFeeWei: bigint;
  readonly #holds: (entry: PoolEntry) => boolean;
  readonly #worst = new BinaryHeap<Ranked>(worse);

  /** @param holds whether the entry is still in the pool */
  constructor(baseFeeWei: bigint, holds: (entry: PoolEntry) => boolean) {
    this.#baseFeeWei = baseFeeWei;
    this.#holds = holds;
  }

  /** Ranks a new entry, or one that is no longer pending. */
  add(entry: PoolEntry): void {
    this.#worst.push(this.#rank(entry));
  }

  /** Takes out the worst, if it is worse than `newcomer`. */
  popWorseThan(newcomer: PoolEntry): PoolEntry | undefined {
    const limit = this.#rank(newcomer);
    for (;;) {
      const top = this.#worst.peek();
      if (top === undefined) return undefined;
      const stale = top.pending !== top.entry.pending;
      const held = this.#holds(top.entry);
      if (held && !stale && !worse(top, limit)) return undefined;
      this.#worst.pop();
      if (!held) continue;
      if (!stale) return top.entry;
      this.add(top.entry);
    }
  }

  #rank(entry: PoolEntry): Ranked {
    const tipWei = effectiveTipWei(entry.transaction.transaction, this.#baseFeeWei);
    return { entry, pending: entry.pending, tipWei };
  }
}

function worse(a: Ranked, b: Ranked): boolean {
  if (a.pending !== b.pending) return b.pending;
  if (a.tipWei !== b.tipWei) return a.tipWei < b.tipWei;
  return a.entry.arrival > b.entry.arrival;
}
