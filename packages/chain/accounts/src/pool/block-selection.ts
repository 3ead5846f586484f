import type { Address } from "@ghostchain/evm";
import type { SenderTransaction } from "@ghostchain/protocol";
import { BinaryHeap } from "./binary-heap.ts";
import type { PoolEntry, SenderQueue } from "./sender-queue.ts";
import { effectiveTipWei } from "./transaction-fees.ts";

/**
 * Goes through the pool in the order a block wants: best effective tip first, then the older; a sender's
 * nonces in sequence. It sees the pool as it was made from; changes to the pool end it.
 */
export interface BlockSelection {
  /** The best that is left, or undefined. */
  peek(): SenderTransaction | undefined;
  /** The one at hand is in the block: its sender's next becomes available. */
  take(): void;
  /** The one at hand does not go in, nor can anything after it of the same sender. */
  skip(): void;
}

interface Candidate {
  readonly queue: SenderQueue;
  readonly index: number;
  readonly entry: PoolEntry;
  readonly tipWei: bigint;
}

export function createBlockSelection(
  queues: ReadonlyMap<Address, SenderQueue>,
  baseFeeWei: bigint,
  blobBaseFeeWei: bigint,
): BlockSelection {
  const heap = new BinaryHeap<Candidate>(comesFirst);
  const offer = (queue: SenderQueue, index: number) => {
    const entry = queue.entries[index];
    if (entry === undefined || index >= queue.pendingCount) return;
    const { transaction } = entry.transaction;
    const tipWei = effectiveTipWei(transaction, baseFeeWei);
    if (tipWei < 0n) return;
    if (transaction.type === 3 && transaction.maxFeePerBlobGasWei < blobBaseFeeWei) return;
    heap.push({ queue, index, entry, tipWei });
  };
  for (const queue of queues.values()) offer(queue, 0);
  return {
    peek: () => heap.peek()?.entry.transaction,
    take() {
      const taken = heap.pop();
      if (taken !== undefined) offer(taken.queue, taken.index + 1);
    },
    skip() {
      heap.pop();
    },
  };
}

function comesFirst(a: Candidate, b: Candidate): boolean {
  if (a.tipWei !== b.tipWei) return a.tipWei > b.tipWei;
  return a.entry.arrival < b.entry.arrival;
}
