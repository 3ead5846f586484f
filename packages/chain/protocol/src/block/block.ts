import type { Address, Hash, Log } from "@ghostchain/evm";
import type { Transaction } from "../transaction/transaction.ts";

/** Optional fields are present from the hardfork that brought them on. */
export interface Header {
  readonly parentHash: Hash;
  readonly ommersHash: Hash;
  readonly coinbase: Address;
  readonly stateRoot: Hash;
  readonly transactionsRoot: Hash;
  readonly receiptsRoot: Hash;
  /** 256 bytes */
  readonly logsBloom: Uint8Array;
  readonly difficulty: bigint;
  readonly number: bigint;
  readonly gasLimit: bigint;
  readonly gasUsed: bigint;
  /** Seconds since the Unix epoch */
  readonly timestamp: bigint;
  readonly extraData: Uint8Array;
  /** PREVRANDAO since Paris */
  readonly mixHash: Hash;
  /** 8 bytes */
  readonly nonce: Uint8Array;
  /** London, EIP-1559 */
  readonly baseFeePerGasWei?: bigint | undefined;
  /** Shanghai, EIP-4895 */
  readonly withdrawalsRoot?: Hash | undefined;
  /** Cancun, EIP-4844 */
  readonly blobGasUsed?: bigint | undefined;
  readonly excessBlobGas?: bigint | undefined;
  /** Cancun, EIP-4788 */
  readonly parentBeaconBlockRoot?: Hash | undefined;
  /** Prague, EIP-7685 */
  readonly requestsHash?: Hash | undefined;
}

/** EIP-4895 */
export interface Withdrawal {
  readonly index: bigint;
  readonly validatorIndex: bigint;
  readonly address: Address;
  readonly amountGwei: bigint;
}

export interface Block {
  readonly header: Header;
  readonly transactions: readonly Transaction[];
  readonly ommers: readonly Header[];
  /** Present since Shanghai */
  readonly withdrawals: readonly Withdrawal[] | undefined;
}

/** The consensus part of a receipt: what `receiptsRoot` commits to. */
export interface Receipt {
  readonly type: Transaction["type"];
  /** Since Byzantium; before it `postState` is set instead. */
  readonly succeeded: boolean;
  readonly postState: Hash | undefined;
  readonly cumulativeGasUsed: bigint;
  /** 256 bytes */
  readonly logsBloom: Uint8Array;
  readonly logs: readonly Log[];
}

/** A receipt with what execution knew and the trie does not keep. */
export interface ExecutedReceipt extends Receipt {
  readonly gasUsed: bigint;
  readonly effectiveGasPriceWei: bigint;
  readonly contractAddress: Address | undefined;
  readonly blobGasUsed: bigint;
  readonly blobGasPriceWei: bigint;
}

/** A block of our own history with what was computed when it was imported. */
export interface StoredBlock {
  readonly block: Block;
  readonly hash: Hash;
  /** One for each transaction. Not always recoverable: a dev node may impersonate. */
  readonly senders: readonly Address[];
  readonly transactionHashes: readonly Hash[];
  readonly totalDifficulty: bigint;
  /** Of the RLP encoding */
  readonly sizeBytes: number;
}
