import type { Hex } from "@ghostchain/encoding";
import type { Address, Hardfork, Hash, Log, MessageResult, StateReader } from "@ghostchain/evm";
import type {
  AccessListEntry,
  Authorization,
  BlobRules,
  ExecutedReceipt,
  Header,
  SenderTransaction,
  StoredBlock,
} from "@ghostchain/protocol";

/** A block by what a client may call it (EIP-1898). */
export type BlockReference =
  | { readonly tag: "latest" | "earliest" | "pending" | "safe" | "finalized" }
  | { readonly number: bigint }
  | { readonly hash: Hash; readonly requireCanonical: boolean };

/** A chain that JSON-RPC can be served from. `chain/node` implements it; tests may with less. */
export interface RpcBackend {
  readonly chainId: bigint;
  readonly clientVersion: string;

  head(): StoredBlock;
  /** `pending` is built from the pool on the head and has no lasting hash. Undefined when unknown. */
  block(reference: BlockReference): StoredBlock | undefined;
  /** Header of a canonical block where it can be read for less than the whole block: log search. */
  headerAt?(number: bigint): Header | undefined;
  /**
   * Receipts in transaction order; undefined when the block is unknown. Those of a block that a reorg
   * removed are still there while `onHead` listeners run.
   */
  receipts(blockHash: Hash): readonly ExecutedReceipt[] | undefined;
  /** A mined transaction of the canonical chain. */
  locate(transactionHash: Hash): { readonly blockHash: Hash; readonly index: number } | undefined;
  hardforkOf(block: StoredBlock): Hardfork;
  /** Absent on a chain without blobs; undefined for a block before Cancun. */
  blobRulesOf?(block: StoredBlock): BlobRules | undefined;
  /** Every rule change the chain has had or has planned, in order: `eth_config`. */
  forks?(): readonly ForkActivation[];

  /** State after the block. Undefined when the block is unknown or its state no longer kept. */
  state(reference: BlockReference): StateReader | undefined;
  prove(
    reference: BlockReference,
    address: Address,
    slots: readonly bigint[],
  ): AccountProof | undefined;
  call(request: CallRequest): CallOutcome;
  /** Wei per gas of the block after the head; zero before London. */
  nextBaseFeeWei(): bigint;
  nextBlobBaseFeeWei(): bigint;
  suggestedTipWei(): bigint;

  readonly pool: PoolView;
  /** Checks, pools and announces. Throws a coded error that names the rule it breaks. */
  submit(encoded: Uint8Array): Promise<Hash>;
  /** From an account this node holds a key of, or impersonates. */
  sendFrom(request: TransactionRequest): Promise<Hash>;
  readonly accounts: AccountHolder;

  /** Listeners run after the block is durable, in order, and must not throw. */
  onHead(listener: (event: HeadEvent) => void): () => void;
  onPendingTransaction(listener: (transaction: SenderTransaction) => void): () => void;

  /** Undefined on a node that is not a dev chain. */
  readonly dev: DevControl | undefined;
}

/** From this block, or from the first block of this time on, the chain follows `hardfork`. */
export interface ForkActivation {
  readonly hardfork: Hardfork;
  readonly at: { readonly block: bigint } | { readonly timestamp: bigint };
  /** Left out: as before. */
  readonly blobs?: BlobRules | undefined;
  /** Where deposits are made (EIP-6110); left out: as before. */
  readonly depositContract?: Address | undefined;
}

/** The canonical chain moved. `removed` is newest first, empty but in a reorg; `added` is oldest first. */
export interface HeadEvent {
  readonly removed: readonly StoredBlock[];
  readonly added: readonly StoredBlock[];
  /** When this node sealed the newest of `added`, in milliseconds; undefined for a block it imported. */
  readonly sealedAtMs?: number | undefined;
}

export interface AccountProof {
  readonly nonce: bigint;
  readonly balanceWei: bigint;
  readonly codeHash: Hash;
  readonly storageHash: Hash;
  /** RLP nodes from the root to the leaf, or to the node that proves absence. */
  readonly accountProof: readonly Uint8Array[];
  readonly storageProof: readonly {
    readonly slot: bigint;
    readonly value: bigint;
    readonly proof: readonly Uint8Array[];
  }[];
}

export interface TransactionRequest {
  readonly from: Address;
  readonly to: Address | undefined;
  readonly gasLimit?: bigint | undefined;
  readonly gasPriceWei?: bigint | undefined;
  readonly maxFeePerGasWei?: bigint | undefined;
  readonly maxPriorityFeePerGasWei?: bigint | undefined;
  readonly maxFeePerBlobGasWei?: bigint | undefined;
  readonly blobHashes?: readonly Hash[] | undefined;
  readonly valueWei: bigint;
  readonly data: Uint8Array;
  readonly nonce?: bigint | undefined;
  readonly accessList?: readonly AccessListEntry[] | undefined;
  readonly authorizations?: readonly Authorization[] | undefined;
}

export interface StateOverride {
  readonly balanceWei?: bigint | undefined;
  readonly nonce?: bigint | undefined;
  readonly code?: Uint8Array | undefined;
  /** Replaces all storage. */
  readonly state?: ReadonlyMap<bigint, bigint> | undefined;
  /** Changes single slots. */
  readonly stateDiff?: ReadonlyMap<bigint, bigint> | undefined;
}

export interface BlockOverride {
  readonly number?: bigint | undefined;
  readonly timestamp?: bigint | undefined;
  readonly gasLimit?: bigint | undefined;
  readonly coinbase?: Address | undefined;
  readonly prevRandao?: bigint | undefined;
  readonly baseFeeWei?: bigint | undefined;
  readonly blobBaseFeeWei?: bigint | undefined;
}

export interface CallRequest {
  readonly transaction: TransactionRequest;
  readonly at: BlockReference;
  readonly stateOverrides?: ReadonlyMap<Address, StateOverride> | undefined;
  readonly blockOverrides?: BlockOverride | undefined;
}

/** Nothing of it is kept. */
export interface CallOutcome extends MessageResult {
  /** With the intrinsic gas, less refunds: what a transaction would pay for. */
  readonly gasUsed: bigint;
  readonly logs: readonly Log[];
  /**
   * What was touched, for `eth_createAccessList`: every slot, and every account but sender, recipient and
   * precompiles (a recipient is listed when slots of it are). May be found out only when it is asked for.
   */
  readonly accessList: readonly AccessListEntry[];
}

export interface PoolView {
  get(hash: Hash): SenderTransaction | undefined;
  /** By sender and nonce: what the next block may take, and what waits for a gap to fill. */
  content(): {
    readonly pending: ReadonlyMap<Address, readonly SenderTransaction[]>;
    readonly queued: ReadonlyMap<Address, readonly SenderTransaction[]>;
  };
  /** Next nonce with the pool's transactions applied. */
  pendingNonce(address: Address): bigint;
}

export interface AccountHolder {
  addresses(): readonly Address[];
  /** 65 bytes r, s, v (27 or 28) over a 32-byte digest. Undefined when the key is not held. */
  signDigest(address: Address, digest: Uint8Array): Uint8Array | undefined;
  /** The signed envelope, filled in as `sendFrom` would. */
  signTransaction(request: TransactionRequest): SenderTransaction;
}

/** What `evm_`, `anvil_` and `hardhat_` methods drive. */
export interface DevControl {
  /** Blocks sealed, oldest first. */
  mine(options: { count: number; intervalSeconds?: bigint; timestamp?: bigint }): Promise<Hash[]>;
  snapshot(): Hex;
  /** False when the snapshot is unknown or was used up. */
  revert(id: Hex): Promise<boolean>;
  increaseTime(seconds: bigint): bigint;
  setTime(timestamp: bigint): void;
  setNextBlockTimestamp(timestamp: bigint): void;
  setBlockTimestampInterval(seconds: bigint | undefined): void;
  setAutomine(enabled: boolean): void;
  automine(): boolean;
  /** Zero turns interval mining off. */
  setIntervalMining(intervalMs: number): void;
  impersonate(address: Address): void;
  stopImpersonating(address: Address): void;
  autoImpersonate(enabled: boolean): void;
  setBalance(address: Address, wei: bigint): Promise<void>;
  setCode(address: Address, code: Uint8Array): Promise<void>;
  setNonce(address: Address, nonce: bigint): Promise<void>;
  setStorage(address: Address, slot: bigint, value: bigint): Promise<void>;
  setCoinbase(address: Address): void;
  setNextBaseFee(wei: bigint): void;
  setMinimumGasPrice(wei: bigint): void;
  setBlockGasLimit(gas: bigint): void;
  setPrevRandao(value: Hash): void;
  dropTransaction(hash: Hash): boolean;
  dropAllTransactions(): void;
  /** Replaces the newest `depth` blocks by as many others, empty or with the transactions given. */
  reorg(depth: number, blocks: readonly (readonly Uint8Array[])[]): Promise<void>;
  dumpState(): Promise<Uint8Array>;
  loadState(dump: Uint8Array): Promise<void>;
  reset(): Promise<void>;
}
