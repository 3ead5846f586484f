import type { SenderTransaction } from "@ghostchain/protocol";
import { maxCostWei } from "./transaction-fees.ts";

/** A transaction in the pool, with what the pool would otherwise compute again and again. */
export interface PoolEntry {
  readonly transaction: SenderTransaction;
  readonly nonce: bigint;
  readonly costWei: bigint;
  /** Counts up; the older of two is the smaller. */
  readonly arrival: number;
  /** Part of the unbroken run of nonces that starts at the account's. */
  pending: boolean;
}

export function createPoolEntry(transaction: SenderTransaction, arrival: number): PoolEntry {
  return {
    transaction,
    nonce: transaction.transaction.nonce,
    costWei: maxCostWei(transaction.transaction),
    arrival,
    pending: false,
  };
}

/**
 * The transactions of one sender in the order of their nonces. The first `pendingCount` follow the account's
 * nonce without a gap; the rest wait for one to be filled.
 */
export class SenderQueue {
  #accountNonce: bigint;
  #balanceWei: bigint;
  #entries: PoolEntry[] = [];
  #pendingCount = 0;
  #costWei = 0n;

  constructor(accountNonce: bigint, balanceWei: bigint) {
    this.#accountNonce = accountNonce;
    this.#balanceWei = balanceWei;
  }

  get accountNonce(): bigint {
    return this.#accountNonce;
  }

  get balanceWei(): bigint {
    return this.#balanceWei;
  }

  /** What all of them may cost together. */
  get costWei(): bigint {
    return this.#costWei;
  }

  get entries(): readonly PoolEntry[] {
    return this.#entries;
  }

  get pendingCount(): number {
    return this.#pendingCount;
  }

  /** The nonce a new transaction of this sender should carry. */
  get nextNonce(): bigint {
    return this.#accountNonce + BigInt(this.#pendingCount);
  }

  at(nonce: bigint): PoolEntry | undefined {
    const entry = this.#entries[this.#indexOf(nonce)];
    return entry?.nonce === nonce ? entry : undefined;
  }

  /** Puts the entry in its place, in that of one with the same nonce if there is one. */
  put(entry: PoolEntry): void {
    const index = this.#indexOf(entry.nonce);
    const old = this.#entries[index];
    const replaces = old?.nonce === entry.nonce;
    this.#entries.splice(index, replaces ? 1 : 0, entry);
    this.#costWei += entry.costWei - (replaces ? old.costWei : 0n);
    entry.pending = index < this.#pendingCount;
    this.#extendPending();
  }

  /** Takes one out, and gives back those that are no longer pending because of it. */
  remove(nonce: bigint): PoolEntry[] {
    const index = this.#indexOf(nonce);
    const entry = this.#entries[index];
    if (entry?.nonce !== nonce) return [];
    this.#entries.splice(index, 1);
    this.#costWei -= entry.costWei;
    return index < this.#pendingCount ? this.#cutPending(index) : [];
  }

  /** Takes over what the account now is, and gives back what it can no longer send. */
  update(accountNonce: bigint, balanceWei: bigint): PoolEntry[] {
    const dropped: PoolEntry[] = [];
    const kept: PoolEntry[] = [];
    for (const entry of this.#entries) {
      const sendable = entry.nonce >= accountNonce && entry.costWei <= balanceWei;
      (sendable ? kept : dropped).push(entry);
    }
    this.#accountNonce = accountNonce;
    this.#balanceWei = balanceWei;
    this.#entries = kept;
    for (const entry of dropped) this.#costWei -= entry.costWei;
    this.#cutPending(0);
    this.#extendPending();
    return dropped;
  }

  #extendPending(): void {
    for (;;) {
      const entry = this.#entries[this.#pendingCount];
      if (entry === undefined || entry.nonce !== this.nextNonce) return;
      entry.pending = true;
      this.#pendingCount += 1;
    }
  }

  #cutPending(index: number): PoolEntry[] {
    this.#pendingCount = index;
    const demoted: PoolEntry[] = [];
    for (let at = index; at < this.#entries.length; at += 1) {
      const entry = this.#entries[at];
      if (!entry?.pending) break;
      entry.pending = false;
      demoted.push(entry);
    }
    return demoted;
  }

  /** Where `nonce` is, or would go. */
  #indexOf(nonce: bigint): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && entry.nonce < nonce) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
