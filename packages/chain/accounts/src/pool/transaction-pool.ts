import type { Account, Address, Hash } from "@ghostchain/evm";
import type { SenderTransaction } from "@ghostchain/protocol";
import { type PoolHead, senderRefusal, transactionRefusal } from "./admission.ts";
import { type BlockSelection, createBlockSelection } from "./block-selection.ts";
import { EvictionOrder } from "./eviction-order.ts";
import { PoolError, type PoolFault } from "./pool-error.ts";
import { createPoolEntry, type PoolEntry, SenderQueue } from "./sender-queue.ts";
import { outbids } from "./transaction-fees.ts";

export interface PoolLimits {
  readonly count: number;
  readonly countPerSender: number;
  readonly sizeBytes: number;
  /** Of one transaction. */
  readonly transactionSizeBytes: number;
  /** Wei per gas for the producer, below which a transaction is not worth its place. */
  readonly minimumTipWei: bigint;
  /**
   * Whether a fee below the next block's base fee is refused at once (a dev chain says so to its user) or waits
   * for the base fee to fall.
   */
  readonly feeBelowBaseFee: "refuse" | "wait";
}

export const DEFAULT_POOL_LIMITS: PoolLimits = {
  count: 32_768,
  countPerSender: 4_096,
  sizeBytes: 64 * 1024 * 1024,
  transactionSizeBytes: 131_072,
  minimumTipWei: 0n,
  feeBelowBaseFee: "wait",
};

const ACCOUNT_CACHE_COUNT = 16_384;

export interface PoolContent {
  readonly pending: ReadonlyMap<Address, readonly SenderTransaction[]>;
  readonly queued: ReadonlyMap<Address, readonly SenderTransaction[]>;
}

/**
 * The transactions that wait for a block, on top of one head. Pure: it knows no clock and no disk, and the same
 * calls give the same pool.
 */
export class TransactionPool {
  #head: PoolHead;
  #limits: PoolLimits;
  readonly #byHash = new Map<Hash, PoolEntry>();
  readonly #queues = new Map<Address, SenderQueue>();
  #sizeBytes = 0;
  #arrivals = 0;
  #version = 0;
  #eviction: EvictionOrder | undefined;
  /** Of the head; a sender of many transactions is read once. */
  readonly #accounts = new Map<Address, Account | undefined>();

  constructor(head: PoolHead, limits: PoolLimits = DEFAULT_POOL_LIMITS) {
    this.#head = head;
    this.#limits = limits;
  }

  get count(): number {
    return this.#byHash.size;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Changes whenever the content does. */
  get version(): number {
    return this.#version;
  }

  get limits(): PoolLimits {
    return this.#limits;
  }

  /** For what comes from now on; what is in the pool stays. */
  setLimits(limits: PoolLimits): void {
    this.#limits = limits;
  }

  get(hash: Hash): SenderTransaction | undefined {
    return this.#byHash.get(hash)?.transaction;
  }

  /** Nonce of the next transaction of this sender, were all its pending ones mined. */
  pendingNonce(address: Address): bigint {
    const queue = this.#queues.get(address);
    return queue?.nextNonce ?? this.#head.state.account(address)?.nonce ?? 0n;
  }

  /** How many a block could take if it had room for all; the rest wait for a nonce. */
  pendingCount(): number {
    let count = 0;
    for (const queue of this.#queues.values()) count += queue.pendingCount;
    return count;
  }

  content(): PoolContent {
    const pending = new Map<Address, SenderTransaction[]>();
    const queued = new Map<Address, SenderTransaction[]>();
    for (const [sender, queue] of this.#queues) {
      const transactions = queue.entries.map((entry) => entry.transaction);
      const count = queue.pendingCount;
      if (count > 0) pending.set(sender, transactions.slice(0, count));
      if (count < transactions.length) queued.set(sender, transactions.slice(count));
    }
    return { pending, queued };
  }

  /** @throws {PoolError} the first rule the transaction breaks, and the pool is as before */
  add(transaction: SenderTransaction): "pending" | "queued" {
    const outcome = this.tryAdd(transaction);
    if (typeof outcome === "string") return outcome;
    throw new PoolError(outcome);
  }

  /** As `add`, for callers that go on when one is refused. */
  tryAdd(transaction: SenderTransaction): "pending" | "queued" | PoolFault {
    if (this.#byHash.has(transaction.hash)) {
      return { code: "TRANSACTION_KNOWN", hash: transaction.hash };
    }
    const fault = transactionRefusal(transaction, this.#head, this.#limits);
    if (fault !== undefined) return fault;
    const account = this.#accountOf(transaction.sender);
    const queue =
      this.#queues.get(transaction.sender) ??
      new SenderQueue(account?.nonce ?? 0n, account?.balanceWei ?? 0n);
    const entry = createPoolEntry(transaction, this.#arrivals);
    const refusal = this.#checkAgainstSender(entry, queue, account) ?? this.#makeRoom(entry, queue);
    if (refusal !== undefined) return refusal;
    this.#arrivals += 1;
    this.#insert(entry, queue);
    return entry.pending ? "pending" : "queued";
  }

  remove(hash: Hash): boolean {
    const entry = this.#byHash.get(hash);
    if (entry === undefined) return false;
    this.#remove(entry);
    return true;
  }

  clear(): void {
    this.#byHash.clear();
    this.#queues.clear();
    this.#sizeBytes = 0;
    this.#eviction = undefined;
    this.#version += 1;
  }

  /**
   * Moves to another head: drops what was mined, outdated or can no longer be paid.
   *
   * @param changed the accounts that differ from the last head's; undefined when that is not known
   * @returns what was dropped
   */
  setHead(head: PoolHead, changed?: Iterable<Address>): SenderTransaction[] {
    this.#head = head;
    this.#accounts.clear();
    this.#eviction = undefined;
    this.#version += 1;
    const dropped: SenderTransaction[] = [];
    for (const address of changed ?? [...this.#queues.keys()]) {
      const queue = this.#queues.get(address);
      if (queue === undefined) continue;
      const account = head.state.account(address);
      for (const entry of queue.update(account?.nonce ?? 0n, account?.balanceWei ?? 0n)) {
        this.#forget(entry);
        dropped.push(entry.transaction);
      }
      if (queue.entries.length === 0) this.#queues.delete(address);
    }
    return dropped;
  }

  /** Looks again at a sender whose account is not what it was thought to be. */
  refresh(sender: Address): void {
    this.setHead(this.#head, [sender]);
  }

  /** For the next block on the head. */
  select(): BlockSelection {
    return createBlockSelection(this.#queues, this.#head.baseFeeWei, this.#head.blobBaseFeeWei);
  }

  #accountOf(sender: Address): Account | undefined {
    const known = this.#accounts.get(sender);
    if (known !== undefined) return known;
    const account = this.#head.state.account(sender);
    if (this.#accounts.size >= ACCOUNT_CACHE_COUNT) this.#accounts.clear();
    this.#accounts.set(sender, account);
    return account;
  }

  #checkAgainstSender(
    entry: PoolEntry,
    queue: SenderQueue,
    account: Account | undefined,
  ): PoolFault | undefined {
    const { transaction } = entry;
    const old = queue.at(entry.nonce);
    const queuedWei = queue.costWei - (old?.costWei ?? 0n);
    const fault = senderRefusal(entry, account, this.#head.state, queuedWei);
    if (fault !== undefined) return fault;
    if (old !== undefined) {
      if (outbids(transaction, old.transaction)) return undefined;
      const { hash } = old.transaction;
      return {
        code: "TRANSACTION_REPLACEMENT_UNDERPRICED",
        hash: transaction.hash,
        replaces: hash,
      };
    }
    const limit = this.#limits.countPerSender;
    if (queue.entries.length < limit) return undefined;
    return { code: "SENDER_QUEUE_FULL", sender: transaction.sender, limit };
  }

  /** Evicts what is worth less than the newcomer until it fits, or nothing at all if it cannot fit. */
  #makeRoom(entry: PoolEntry, queue: SenderQueue): PoolFault | undefined {
    const old = queue.at(entry.nonce);
    let count = this.count + (old === undefined ? 1 : 0);
    let sizeBytes =
      this.#sizeBytes + sizeOf(entry.transaction) - (old ? sizeOf(old.transaction) : 0);
    const fits = () => count <= this.#limits.count && sizeBytes <= this.#limits.sizeBytes;
    if (fits()) return undefined;
    const order = this.#evictionOrder();
    entry.pending = entry.nonce <= queue.nextNonce;
    const victims: PoolEntry[] = [];
    while (!fits()) {
      const victim = order.popWorseThan(entry);
      const breaksRun =
        victim?.transaction.sender === entry.transaction.sender && victim.nonce <= entry.nonce;
      if (victim !== undefined) victims.push(victim);
      if (victim === undefined || breaksRun) {
        for (const spared of victims) order.add(spared);
        return { code: "POOL_FULL", count: this.count, sizeBytes: this.#sizeBytes };
      }
      count -= 1;
      sizeBytes -= sizeOf(victim.transaction);
    }
    for (const victim of victims) this.#remove(victim);
    return undefined;
  }

  #evictionOrder(): EvictionOrder {
    if (this.#eviction !== undefined) return this.#eviction;
    const holds = (entry: PoolEntry) => this.#byHash.get(entry.transaction.hash) === entry;
    const order = new EvictionOrder(this.#head.baseFeeWei, holds);
    for (const entry of this.#byHash.values()) order.add(entry);
    this.#eviction = order;
    return order;
  }

  #insert(entry: PoolEntry, queue: SenderQueue): void {
    const old = queue.at(entry.nonce);
    if (old !== undefined) this.#forget(old);
    queue.put(entry);
    this.#queues.set(entry.transaction.sender, queue);
    this.#byHash.set(entry.transaction.hash, entry);
    this.#sizeBytes += sizeOf(entry.transaction);
    this.#version += 1;
    this.#eviction?.add(entry);
  }

  #remove(entry: PoolEntry): void {
    const { sender } = entry.transaction;
    const queue = this.#queues.get(sender);
    for (const demoted of queue?.remove(entry.nonce) ?? []) this.#eviction?.add(demoted);
    if (queue?.entries.length === 0) this.#queues.delete(sender);
    this.#forget(entry);
  }

  #forget(entry: PoolEntry): void {
    this.#byHash.delete(entry.transaction.hash);
    this.#sizeBytes -= sizeOf(entry.transaction);
    this.#version += 1;
  }
}

function sizeOf(transaction: SenderTransaction): number {
  return transaction.encoded.length;
}
