import { GAS_PER_BLOB, type Transaction } from "@ghostchain/protocol";

/** Gas of its blobs, which has a market of its own (EIP-4844). */
export function blobGasOf(transaction: Transaction): bigint {
  return transaction.type === 3 ? BigInt(transaction.blobHashes.length) * GAS_PER_BLOB : 0n;
}
