import type { Address, Hash } from "@ghostchain/evm";

/** ECDSA over secp256k1. Legacy transactions carry `v`; here it is always the parity of y. */
export interface Signature {
  readonly yParity: 0 | 1;
  readonly r: bigint;
  readonly s: bigint;
}

export interface AccessListEntry {
  readonly address: Address;
  readonly storageKeys: readonly Hash[];
}

/** EIP-7702: permission to run the code of `address` in the signer's account. */
export interface Authorization {
  /** Zero: valid on any chain. */
  readonly chainId: bigint;
  readonly address: Address;
  readonly nonce: bigint;
  /** 0 to 255 on the wire; only 0 and 1 can be valid. */
  readonly yParity: bigint;
  readonly r: bigint;
  readonly s: bigint;
}

interface TransactionFields {
  readonly nonce: bigint;
  readonly gasLimit: bigint;
  /** Undefined creates a contract. */
  readonly to: Address | undefined;
  readonly valueWei: bigint;
  readonly data: Uint8Array;
  readonly signature: Signature;
}

/** `chainId` is undefined without EIP-155 replay protection. */
export interface LegacyTransaction extends TransactionFields {
  readonly type: 0;
  readonly chainId: bigint | undefined;
  readonly gasPriceWei: bigint;
}

/** EIP-2930 */
export interface AccessListTransaction extends TransactionFields {
  readonly type: 1;
  readonly chainId: bigint;
  readonly gasPriceWei: bigint;
  readonly accessList: readonly AccessListEntry[];
}

interface FeeMarketFields extends TransactionFields {
  readonly chainId: bigint;
  readonly maxFeePerGasWei: bigint;
  readonly maxPriorityFeePerGasWei: bigint;
  readonly accessList: readonly AccessListEntry[];
}

/** EIP-1559 */
export interface FeeMarketTransaction extends FeeMarketFields {
  readonly type: 2;
}

/** EIP-4844, without its blobs */
export interface BlobTransaction extends FeeMarketFields {
  readonly type: 3;
  readonly maxFeePerBlobGasWei: bigint;
  readonly blobHashes: readonly Hash[];
}

/** EIP-7702 */
export interface SetCodeTransaction extends FeeMarketFields {
  readonly type: 4;
  readonly authorizations: readonly Authorization[];
}

export type Transaction =
  | LegacyTransaction
  | AccessListTransaction
  | FeeMarketTransaction
  | BlobTransaction
  | SetCodeTransaction;

/** A transaction whose signature has been recovered; what pools, blocks and executors pass around. */
export interface SenderTransaction {
  readonly transaction: Transaction;
  readonly hash: Hash;
  readonly sender: Address;
  /** EIP-2718 envelope, as it goes into a block. */
  readonly encoded: Uint8Array;
}
