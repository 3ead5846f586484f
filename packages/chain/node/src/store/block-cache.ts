import type { Hash } from "@ghostchain/evm";
import type { ExecutedReceipt, StoredBlock } from "@ghostchain/protocol";

export interface CachedBlock {
  readonly stored: StoredBlock;
  /** Undefined where the block was not executed, or only the block was asked for. */
  readonly receipts: readonly ExecutedReceipt[] | undefined;
}

/** A decoded block takes several times the bytes of its encoding. */
const OVERHEAD = 4;
const BYTES_PER_BLOCK = 2_048;

/** The blocks used last, up to a number of bytes. */
export class BlockCache {
  readonly #limitBytes: number;
  readonly #blocks = new Map<Hash, CachedBlock>();
  #sizeBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get(hash: Hash): CachedBlock | undefined {
    const block = this.#blocks.get(hash);
    if (block === undefined) return undefined;
    // A Map keeps the order of insertion: what is used goes to the end.
    this.#blocks.delete(hash);
    this.#blocks.set(hash, block);
    return block;
  }

  set(block: CachedBlock): void {
    const { hash } = block.stored;
    this.delete(hash);
    this.#blocks.set(hash, block);
    this.#sizeBytes += sizeOf(block);
    for (const oldest of this.#blocks.keys()) {
      if (this.#sizeBytes <= this.#limitBytes || oldest === hash) break;
      this.delete(oldest);
    }
  }

  delete(hash: Hash): void {
    const block = this.#blocks.get(hash);
    if (block === undefined) return;
    this.#blocks.delete(hash);
    this.#sizeBytes -= sizeOf(block);
  }
}

function sizeOf({ stored }: CachedBlock): number {
  return BYTES_PER_BLOCK + stored.sizeBytes * OVERHEAD;
}
