import { signDigest } from "@ghostchain/crypto";
import { bigIntToFixedBytes, concatBytes } from "@ghostchain/encoding";
import {
  type Address,
  EMPTY_CODE_HASH,
  type Hash,
  hashOfWord,
  type Log,
  type StateReader,
} from "@ghostchain/evm";
import {
  type DevAccount,
  devAccounts,
  devChainSpec,
  type ExecutedReceipt,
  encodeBlock,
  genesisHeader,
  type Header,
  headerHash,
  logsBloomOf,
  mergeBlooms,
  openTransaction,
  type SenderTransaction,
  type StoredBlock,
  signTransaction,
} from "@ghostchain/protocol";
import type {
  AccountHolder,
  BlockReference,
  CallOutcome,
  CallRequest,
  DevControl,
  ForkActivation,
  HeadEvent,
  PoolView,
  RpcBackend,
  TransactionRequest,
} from "../src/backend.ts";
import { memoryDevControl } from "./memory-dev-control.ts";

const FIRST = devAccounts()[0] as DevAccount;

/** The first dev account: rich, and its key is held. */
export const SENDER: Address = FIRST.address;
export const OTHER = "0x00000000000000000000000000000000000000aa" as Address;
export const TOPIC = hashOfWord(1n);

export interface MadeTransaction {
  readonly signed: SenderTransaction;
  readonly logs: readonly Log[];
  readonly gasUsed?: bigint;
}

/**
 * A chain of blocks that a test writes by hand: nothing is executed and nothing is checked. State is one
 * map for all blocks, calls answer what `onCall` says.
 */
export class MemoryBackend implements RpcBackend {
  readonly chainId: bigint;
  readonly clientVersion = "GhostChain/test";
  readonly balances = new Map<Address, bigint>([[SENDER, 10n ** 22n]]);
  readonly codes = new Map<Address, Uint8Array>();
  readonly slots = new Map<string, bigint>();
  readonly dev: DevControl | undefined;
  readonly pool: PoolView;
  readonly accounts: AccountHolder;
  readonly submitted: SenderTransaction[] = [];
  forks?: () => readonly ForkActivation[];
  onCall: (request: CallRequest) => CallOutcome = (request) => succeed(request);
  #nonce = 0n;
  #blocksMade = 0n;
  #canonical: StoredBlock[] = [];
  readonly #byHash = new Map<Hash, StoredBlock>();
  readonly #receipts = new Map<Hash, readonly ExecutedReceipt[]>();
  readonly #pooled = new Map<Hash, SenderTransaction>();
  readonly #headListeners = new Set<(event: HeadEvent) => void>();
  readonly #pendingListeners = new Set<(transaction: SenderTransaction) => void>();

  constructor(options: { dev?: boolean; chainId?: bigint } = {}) {
    this.chainId = options.chainId ?? 31_337n;
    this.#append(this.#seal(genesisHeader(devChainSpec(), hashOfWord(7n)), []));
    this.pool = {
      get: (hash) => this.#pooled.get(hash),
      content: () => ({ pending: this.#bySender(), queued: new Map() }),
      pendingNonce: () => this.#nonce,
    };
    this.accounts = {
      addresses: () => [SENDER],
      signDigest: (address, digest) => (address === SENDER ? signWith(digest) : undefined),
      signTransaction: (request) => this.sign(request),
    };
    this.dev = options.dev === false ? undefined : memoryDevControl(this);
  }

  head(): StoredBlock {
    const head = this.#canonical.at(-1);
    if (!head) throw new Error("there is always a head");
    return head;
  }

  block(reference: BlockReference): StoredBlock | undefined {
    if ("number" in reference) return this.#canonical[Number(reference.number)];
    if ("hash" in reference) {
      const stored = this.#byHash.get(reference.hash);
      if (!stored || !reference.requireCanonical) return stored;
      return this.#canonical.includes(stored) ? stored : undefined;
    }
    return reference.tag === "earliest" ? this.#canonical[0] : this.head();
  }

  receipts(blockHash: Hash): readonly ExecutedReceipt[] | undefined {
    return this.#receipts.get(blockHash);
  }

  locate(transactionHash: Hash) {
    for (const stored of this.#canonical) {
      const index = stored.transactionHashes.indexOf(transactionHash);
      if (index >= 0) return { blockHash: stored.hash, index };
    }
    return undefined;
  }

  hardforkOf() {
    return "osaka" as const;
  }

  blobRulesOf() {
    return { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716n };
  }

  state(reference: BlockReference): StateReader | undefined {
    return this.block(reference) && this.#reader();
  }

  prove(reference: BlockReference, address: Address, slots: readonly bigint[]) {
    if (!this.block(reference)) return undefined;
    return {
      nonce: 0n,
      balanceWei: this.balances.get(address) ?? 0n,
      codeHash: EMPTY_CODE_HASH,
      storageHash: hashOfWord(9n),
      accountProof: [Uint8Array.of(0xc0)],
      storageProof: slots.map((slot) => ({ slot, value: 0n, proof: [] })),
    };
  }

  call(request: CallRequest): CallOutcome {
    return this.onCall(request);
  }

  nextBaseFeeWei(): bigint {
    return 875_000_000n;
  }

  nextBlobBaseFeeWei(): bigint {
    return 1n;
  }

  suggestedTipWei(): bigint {
    return 1_000_000_000n;
  }

  async submit(encoded: Uint8Array): Promise<Hash> {
    const opened = openTransaction(encoded, "osaka");
    this.submitted.push(opened);
    this.announce(opened);
    return opened.hash;
  }

  async sendFrom(request: TransactionRequest): Promise<Hash> {
    const signed = this.sign(request);
    this.announce(signed);
    return signed.hash;
  }

  onHead(listener: (event: HeadEvent) => void): () => void {
    this.#headListeners.add(listener);
    return () => this.#headListeners.delete(listener);
  }

  onPendingTransaction(listener: (transaction: SenderTransaction) => void): () => void {
    this.#pendingListeners.add(listener);
    return () => this.#pendingListeners.delete(listener);
  }

  /** Listeners attached: a closed dispatcher leaves none. */
  listenerCount(): number {
    return this.#headListeners.size + this.#pendingListeners.size;
  }

  /** Takes a transaction out of the pool; all of them when none is named. */
  drop(hash?: Hash): boolean {
    if (hash !== undefined) return this.#pooled.delete(hash);
    this.#pooled.clear();
    return true;
  }

  announce(transaction: SenderTransaction): void {
    this.#pooled.set(transaction.hash, transaction);
    for (const listener of this.#pendingListeners) listener(transaction);
  }

  sign(request: Partial<TransactionRequest> = {}): SenderTransaction {
    const unsigned = {
      type: 2 as const,
      chainId: this.chainId,
      nonce: request.nonce ?? this.#nonce++,
      gasLimit: request.gasLimit ?? 21_000n,
      to: request.to ?? OTHER,
      valueWei: request.valueWei ?? 1n,
      data: request.data ?? new Uint8Array(),
      maxFeePerGasWei: request.maxFeePerGasWei ?? 3_000_000_000n,
      maxPriorityFeePerGasWei: request.maxPriorityFeePerGasWei ?? 1_000_000_000n,
      accessList: request.accessList ?? [],
    };
    return signTransaction(unsigned, FIRST.privateKey);
  }

  /** Seals a block on the head and announces it. */
  mine(transactions: readonly MadeTransaction[] = [], sealedAtMs?: number): StoredBlock {
    const stored = this.#extend(transactions);
    this.#announceHead({ removed: [], added: [stored], sealedAtMs });
    return stored;
  }

  /** Replaces the newest blocks. */
  reorg(depth: number, blocks: readonly (readonly MadeTransaction[])[]): void {
    const removed = this.#canonical.slice(-depth).reverse();
    this.#canonical = this.#canonical.slice(0, -depth);
    const added = blocks.map((transactions) => this.#extend(transactions));
    this.#announceHead({ removed, added });
  }

  #extend(transactions: readonly MadeTransaction[]): StoredBlock {
    const parent = this.head();
    const header: Header = {
      ...parent.block.header,
      parentHash: parent.hash,
      number: parent.block.header.number + 1n,
      timestamp: parent.block.header.timestamp + 1n,
      // No two blocks are the same, on whatever branch.
      extraData: bigIntToFixedBytes(this.#blocksMade++, 8),
      gasUsed: transactions.reduce((sum, { gasUsed }) => sum + (gasUsed ?? 21_000n), 0n),
      logsBloom: mergeBlooms(transactions.map(({ logs }) => logsBloomOf(logs))),
    };
    return this.#append(this.#seal(header, transactions));
  }

  #seal(header: Header, made: readonly MadeTransaction[]): StoredBlock {
    const transactions = made.map(({ signed }) => signed.transaction);
    const block = { header, transactions, ommers: [], withdrawals: [] };
    const hash = headerHash(header);
    let cumulativeGasUsed = 0n;
    this.#receipts.set(
      hash,
      made.map(({ signed, logs, gasUsed = 21_000n }) => {
        cumulativeGasUsed += gasUsed;
        return {
          type: signed.transaction.type,
          succeeded: true,
          postState: undefined,
          cumulativeGasUsed,
          logsBloom: logsBloomOf(logs),
          logs,
          gasUsed,
          effectiveGasPriceWei: effectivePrice(signed, header.baseFeePerGasWei ?? 0n),
          contractAddress: undefined,
          blobGasUsed: 0n,
          blobGasPriceWei: 0n,
        };
      }),
    );
    return {
      block,
      hash,
      senders: made.map(({ signed }) => signed.sender),
      transactionHashes: made.map(({ signed }) => signed.hash),
      totalDifficulty: 0n,
      sizeBytes: encodeBlock(block).length,
    };
  }

  #append(stored: StoredBlock): StoredBlock {
    this.#canonical.push(stored);
    this.#byHash.set(stored.hash, stored);
    for (const hash of stored.transactionHashes) this.#pooled.delete(hash);
    return stored;
  }

  #announceHead(event: HeadEvent): void {
    for (const listener of this.#headListeners) listener(event);
  }

  #bySender() {
    const waiting = [...this.#pooled.values()];
    return new Map(waiting.length > 0 ? [[SENDER, waiting]] : []);
  }

  #reader(): StateReader {
    return {
      account: (address) => {
        const balanceWei = this.balances.get(address);
        const code = this.codes.get(address);
        if (balanceWei === undefined && code === undefined) return undefined;
        const codeHash = code ? (hashOfWord(BigInt(address)) as Hash) : EMPTY_CODE_HASH;
        return { nonce: this.#nonce, balanceWei: balanceWei ?? 0n, codeHash };
      },
      storage: (address, slot) => this.slots.get(`${address}:${slot}`) ?? 0n,
      code: (codeHash) => {
        if (codeHash === EMPTY_CODE_HASH) return new Uint8Array();
        const address = `0x${codeHash.slice(-40)}` as Address;
        return this.codes.get(address) ?? new Uint8Array();
      },
      hasStorage: () => false,
    };
  }
}

export function succeed(request: CallRequest, gasUsed = 21_000n): CallOutcome {
  return {
    halt: undefined,
    gasLeft: (request.transaction.gasLimit ?? 0n) - gasUsed,
    output: request.transaction.data,
    created: undefined,
    gasUsed,
    logs: [],
    accessList: [],
  };
}

export function transferLog(options: { address?: Address; topics?: readonly Hash[] } = {}): Log {
  return {
    address: options.address ?? OTHER,
    topics: options.topics ?? [TOPIC],
    data: Uint8Array.of(1),
  };
}

function effectivePrice({ transaction }: SenderTransaction, baseFeeWei: bigint): bigint {
  if (transaction.type !== 2) return 0n;
  const wantedWei = baseFeeWei + transaction.maxPriorityFeePerGasWei;
  return wantedWei < transaction.maxFeePerGasWei ? wantedWei : transaction.maxFeePerGasWei;
}

function signWith(digest: Uint8Array): Uint8Array {
  const { r, s, yParity } = signDigest(digest, FIRST.privateKey);
  return concatBytes(
    bigIntToFixedBytes(r, 32),
    bigIntToFixedBytes(s, 32),
    Uint8Array.of(27 + yParity),
  );
}
