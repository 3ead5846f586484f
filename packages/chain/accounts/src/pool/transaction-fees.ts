import type { SenderTransaction, Transaction } from "@ghostchain/protocol";

/** Gas of one blob (EIP-4844). */
const GAS_PER_BLOB = 131_072n;

/** The most a unit of gas may cost; the gas price of transactions before EIP-1559. */
export function maxFeeWei(transaction: Transaction): bigint {
  return "gasPriceWei" in transaction ? transaction.gasPriceWei : transaction.maxFeePerGasWei;
}

/** The most the producer may get of it; the gas price of transactions before EIP-1559. */
export function maxTipWei(transaction: Transaction): bigint {
  return "gasPriceWei" in transaction
    ? transaction.gasPriceWei
    : transaction.maxPriorityFeePerGasWei;
}

/** What the producer gets for a unit of gas; negative when the fee does not reach the base fee. */
export function effectiveTipWei(transaction: Transaction, baseFeeWei: bigint): bigint {
  const roomWei = maxFeeWei(transaction) - baseFeeWei;
  const tipWei = maxTipWei(transaction);
  return tipWei < roomWei ? tipWei : roomWei;
}

/** The most a transaction can take from its sender: gas at the highest price, blobs and value. */
export function maxCostWei(transaction: Transaction): bigint {
  const gasWei = transaction.gasLimit * maxFeeWei(transaction);
  if (transaction.type !== 3) return gasWei + transaction.valueWei;
  const blobGas = BigInt(transaction.blobHashes.length) * GAS_PER_BLOB;
  return gasWei + transaction.valueWei + blobGas * transaction.maxFeePerBlobGasWei;
}

/**
 * Whether `next` offers at least a tenth more than `old` in every fee it names, so that replacing cannot
 * be used to send the same transaction through the network again and again for nothing.
 */
export function outbids(next: SenderTransaction, old: SenderTransaction): boolean {
  const a = next.transaction;
  const b = old.transaction;
  if (!bumped(maxFeeWei(a), maxFeeWei(b)) || !bumped(maxTipWei(a), maxTipWei(b))) return false;
  if (b.type !== 3) return true;
  return a.type === 3 && bumped(a.maxFeePerBlobGasWei, b.maxFeePerBlobGasWei);
}

function bumped(nextWei: bigint, oldWei: bigint): boolean {
  return nextWei > oldWei && nextWei * 100n >= oldWei * 110n;
}
