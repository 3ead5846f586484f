import { type Hardfork, includesFork } from "@ghostchain/evm";
import { ProtocolError, type TransactionFault } from "../protocol-error.ts";
import { floorDataGas, intrinsicGas } from "./intrinsic-gas.ts";
import type { BlobTransaction, Transaction } from "./transaction.ts";

/** EIP-2681: no account reaches it, so no transaction may have it. */
const NONCE_MAXIMUM = 2n ** 64n - 1n;
/** EIP-3860 */
const MAX_INIT_CODE_BYTES = 2 * 24_576;
/** EIP-7825 */
const GAS_LIMIT_CAP = 2n ** 24n;
/** EIP-7594 */
const MAX_BLOBS_PER_TRANSACTION = 6;
/** EIP-4844: the first byte of the hash of a KZG commitment. */
const KZG_VERSION = "0x01";

const TYPE_SINCE = {
  0: "frontier",
  1: "berlin",
  2: "london",
  3: "cancun",
  4: "prague",
} as const satisfies Record<Transaction["type"], Hardfork>;

export interface TransactionRules {
  readonly hardfork: Hardfork;
  readonly chainId: bigint;
}

/**
 * Every rule that the transaction alone can break; its signature is `recoverSender`'s to check, and balance and
 * nonce are a matter of state.
 *
 * @throws {ProtocolError} one of `TransactionFault`
 */
export function checkTransaction(transaction: Transaction, rules: TransactionRules): void {
  const fault = transactionFault(transaction, rules);
  if (fault !== undefined) throw new ProtocolError(fault);
}

/** The first rule that the transaction breaks, if any. */
export function transactionFault(
  transaction: Transaction,
  rules: TransactionRules,
): TransactionFault | undefined {
  const { type, nonce } = transaction;
  const { hardfork } = rules;
  if (!includesFork(hardfork, TYPE_SINCE[type])) {
    return { code: "TRANSACTION_TYPE_UNSUPPORTED", type, hardfork };
  }
  if (nonce === NONCE_MAXIMUM) return { code: "TRANSACTION_NONCE_MAXIMUM", nonce };
  return (
    chainIdFault(transaction, rules) ??
    feeFault(transaction) ??
    gasFault(transaction, hardfork) ??
    extensionFault(transaction, hardfork)
  );
}

function chainIdFault(
  transaction: Transaction,
  { hardfork, chainId: expected }: TransactionRules,
): TransactionFault | undefined {
  const { chainId } = transaction;
  if (chainId === undefined) return undefined;
  if (!includesFork(hardfork, "spuriousDragon")) {
    return { code: "TRANSACTION_SIGNATURE_INVALID", reason: "EIP-155 is not in force yet" };
  }
  if (chainId === expected) return undefined;
  return { code: "TRANSACTION_CHAIN_ID_WRONG", chainId, expected };
}

function feeFault(transaction: Transaction): TransactionFault | undefined {
  const { gasLimit } = transaction;
  const isSinglePriced = transaction.type === 0 || transaction.type === 1;
  const maxFeeWei = isSinglePriced ? transaction.gasPriceWei : transaction.maxFeePerGasWei;
  const maxPriorityFeeWei = isSinglePriced ? maxFeeWei : transaction.maxPriorityFeePerGasWei;
  if (maxPriorityFeeWei > maxFeeWei) {
    return { code: "TRANSACTION_TIP_ABOVE_FEE", maxPriorityFeeWei, maxFeeWei };
  }
  if (gasLimit * maxFeeWei < 2n ** 256n) return undefined;
  return { code: "TRANSACTION_COST_OVERFLOW", gasLimit, maxFeeWei };
}

function gasFault(transaction: Transaction, hardfork: Hardfork): TransactionFault | undefined {
  const { gasLimit, to, data } = transaction;
  if (includesFork(hardfork, "osaka") && gasLimit > GAS_LIMIT_CAP) {
    return { code: "TRANSACTION_GAS_ABOVE_CAP", gasLimit, capGas: GAS_LIMIT_CAP };
  }
  const isLimited = to === undefined && includesFork(hardfork, "shanghai");
  if (isLimited && data.length > MAX_INIT_CODE_BYTES) {
    const limitBytes = MAX_INIT_CODE_BYTES;
    return { code: "TRANSACTION_INIT_CODE_TOO_LARGE", sizeBytes: data.length, limitBytes };
  }
  const intrinsic = intrinsicGas(transaction, hardfork);
  if (gasLimit < intrinsic) {
    return { code: "TRANSACTION_GAS_TOO_LOW", gasLimit, intrinsicGas: intrinsic };
  }
  const floorGas = floorDataGas(transaction, hardfork);
  if (gasLimit >= floorGas) return undefined;
  return { code: "TRANSACTION_FLOOR_GAS_TOO_LOW", gasLimit, floorGas };
}

/** What blob (EIP-4844) and set-code (EIP-7702) transactions must have besides. */
function extensionFault(
  transaction: Transaction,
  hardfork: Hardfork,
): TransactionFault | undefined {
  const { type } = transaction;
  if (type !== 3 && type !== 4) return undefined;
  if (transaction.to === undefined) return { code: "TRANSACTION_RECIPIENT_MISSING", type };
  if (type === 3) return blobFault(transaction, hardfork);
  if (transaction.authorizations.length > 0) return undefined;
  return { code: "TRANSACTION_AUTHORIZATIONS_MISSING" };
}

function blobFault(
  { blobHashes }: BlobTransaction,
  hardfork: Hardfork,
): TransactionFault | undefined {
  const count = blobHashes.length;
  if (count === 0) return { code: "TRANSACTION_BLOBS_MISSING" };
  const unknown = blobHashes.find((hash) => !hash.startsWith(KZG_VERSION));
  if (unknown !== undefined) return { code: "TRANSACTION_BLOB_VERSION_UNKNOWN", hash: unknown };
  const limit = MAX_BLOBS_PER_TRANSACTION;
  if (count <= limit || !includesFork(hardfork, "osaka")) return undefined;
  return { code: "TRANSACTION_BLOBS_TOO_MANY", count, limit };
}
