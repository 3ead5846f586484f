import type { Hash } from "@ghostchain/evm";

interface Wait {
  resolve(): void;
  reject(error: unknown): void;
}

/** Who waits for a transaction of theirs to be in a block. */
export class MinedWaits {
  readonly #waits = new Map<Hash, Wait>();

  get size(): number {
    return this.#waits.size;
  }

  /** Resolves when the transaction is mined, or when nobody is going to mine it soon. */
  until(hash: Hash): Promise<void> {
    return new Promise((resolve, reject) => this.#waits.set(hash, { resolve, reject }));
  }

  release(hashes: Iterable<Hash>): void {
    if (this.#waits.size === 0) return;
    for (const hash of hashes) {
      this.#waits.get(hash)?.resolve();
      this.#waits.delete(hash);
    }
  }

  refuse(hash: Hash, error: unknown): void {
    this.#waits.get(hash)?.reject(error);
    this.#waits.delete(hash);
  }

  releaseAll(): void {
    this.release([...this.#waits.keys()]);
  }

  refuseAll(error: unknown): void {
    for (const hash of [...this.#waits.keys()]) this.refuse(hash, error);
  }
}
