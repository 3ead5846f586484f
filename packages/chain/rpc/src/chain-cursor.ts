import type { Hash } from "@ghostchain/evm";
import type { ExecutedReceipt, StoredBlock } from "@ghostchain/protocol";
import type { HeadEvent, RpcBackend } from "./backend.ts";

/** A block that was once the head: how far a reader has come. */
export interface ChainCursor {
  readonly number: bigint;
  readonly hash: Hash;
}

export interface RemovedBlock {
  readonly stored: StoredBlock;
  readonly receipts: readonly ExecutedReceipt[];
}

/** What happened to the chain since a cursor: first blocks went, then the range `[from, to]` came. */
export interface ChainChanges {
  /** Newest first. */
  readonly removed: readonly RemovedBlock[];
  readonly from: bigint;
  /** Less than `from` when nothing came. */
  readonly to: bigint;
}

/** Removed blocks kept; past it a slow reader is not told of the oldest removals. */
const REMOVED_KEPT = 1_024;

/**
 * Lets readers that come by now and then catch up, reorganisations included, at the price of a block hash
 * each: only removed blocks are remembered, everything else is read from the chain.
 */
export class ChainFollower {
  readonly #backend: RpcBackend;
  readonly #removed = new Map<Hash, RemovedBlock>();
  readonly #detach: () => void;

  constructor(backend: RpcBackend) {
    this.#backend = backend;
    this.#detach = backend.onHead((event) => this.#remember(event));
  }

  cursor(): ChainCursor {
    const { hash, block } = this.#backend.head();
    return { hash, number: block.header.number };
  }

  /** The canonical block of this number; the head when there is none. */
  cursorAt(number: bigint): ChainCursor {
    const stored = this.#backend.block({ number });
    return stored ? { hash: stored.hash, number } : this.cursor();
  }

  /** At most `maxBlocks` added blocks; what is past them is for a later call. */
  changesSince(cursor: ChainCursor, maxBlocks: bigint): ChainChanges {
    const head = this.cursor();
    const removed: RemovedBlock[] = [];
    let { hash, number } = cursor;
    while (!this.#isCanonical(hash, number)) {
      const gone = this.#removed.get(hash);
      if (!gone) {
        number = number < head.number ? number : head.number;
        break;
      }
      removed.push(gone);
      hash = gone.stored.block.header.parentHash;
      number -= 1n;
    }
    const last = number + maxBlocks;
    return { removed, from: number + 1n, to: last < head.number ? last : head.number };
  }

  close(): void {
    this.#detach();
    this.#removed.clear();
  }

  #isCanonical(hash: Hash, number: bigint): boolean {
    return this.#backend.block({ number })?.hash === hash;
  }

  #remember(event: HeadEvent): void {
    for (const stored of event.removed) {
      const receipts = this.#backend.receipts(stored.hash) ?? [];
      this.#removed.set(stored.hash, { stored, receipts });
    }
    for (const hash of this.#removed.keys()) {
      if (this.#removed.size <= REMOVED_KEPT) break;
      this.#removed.delete(hash);
    }
  }
}
