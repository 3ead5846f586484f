import type { Hash } from "@ghostchain/evm";
import type { RpcBackend } from "./backend.ts";

/** Hashes kept for filters to catch up with. */
const HASHES_KEPT = 16_384;

/** The newest hashes that entered the pool, each with a number in order of arrival. */
export class PendingTransactionLog {
  readonly #backend: RpcBackend;
  #hashes: Hash[] = [];
  /** Number of the first hash kept. */
  #start = 0;
  #detach: (() => void) | undefined;

  constructor(backend: RpcBackend) {
    this.#backend = backend;
  }

  /** The number the next arrival gets. Nothing is recorded before the first call. */
  end(): number {
    this.#detach ??= this.#backend.onPendingTransaction(({ hash }) => this.#record(hash));
    return this.#start + this.#hashes.length;
  }

  /** Arrivals from number `from` on, as far as they are still kept. */
  since(from: number): { hashes: readonly Hash[]; next: number } {
    const next = this.end();
    return { hashes: this.#hashes.slice(Math.max(0, from - this.#start)), next };
  }

  close(): void {
    this.#detach?.();
    this.#detach = undefined;
    this.#hashes = [];
  }

  /** Drops the older half when full, which keeps the cost of an arrival constant. */
  #record(hash: Hash): void {
    this.#hashes.push(hash);
    if (this.#hashes.length < HASHES_KEPT * 2) return;
    this.#hashes = this.#hashes.slice(HASHES_KEPT);
    this.#start += HASHES_KEPT;
  }
}
