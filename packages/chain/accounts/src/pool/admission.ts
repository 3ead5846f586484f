import {
  type Account,
  delegationTarget,
  EMPTY_CODE_HASH,
  type Hardfork,
  type StateReader,
} from "@ghostchain/evm";
import { type SenderTransaction, type Transaction, transactionFault } from "@ghostchain/protocol";
import type { PoolFault } from "./pool-error.ts";
import type { PoolEntry } from "./sender-queue.ts";
import { maxFeeWei, maxTipWei } from "./transaction-fees.ts";
import type { PoolLimits } from "./transaction-pool.ts";

/** What the pool has to know of the head and of the block that comes after it. */
export interface PoolHead {
  readonly state: Pick<StateReader, "account" | "code">;
  readonly chainId: bigint;
  /** Of the next block, like all that follows. */
  readonly hardfork: Hardfork;
  readonly baseFeeWei: bigint;
  readonly blobBaseFeeWei: bigint;
  readonly maxBlobCount: number;
  readonly gasLimit: bigint;
}

/** What can be said without looking at accounts. */
export function transactionRefusal(
  pooled: SenderTransaction,
  head: PoolHead,
  limits: PoolLimits,
): PoolFault | undefined {
  const { transaction, encoded } = pooled;
  const { gasLimit } = transaction;
  if (encoded.length > limits.transactionSizeBytes) {
    const limitBytes = limits.transactionSizeBytes;
    return { code: "TRANSACTION_TOO_LARGE", sizeBytes: encoded.length, limitBytes };
  }
  const fault = transactionFault(transaction, head);
  if (fault !== undefined) return fault;
  if (gasLimit > head.gasLimit) {
    return { code: "TRANSACTION_GAS_ABOVE_BLOCK", gasLimit, availableGas: head.gasLimit };
  }
  const blobCount = transaction.type === 3 ? transaction.blobHashes.length : 0;
  if (blobCount > head.maxBlobCount) {
    return { code: "TRANSACTION_BLOBS_TOO_MANY", count: blobCount, limit: head.maxBlobCount };
  }
  return feeRefusal(transaction, head, limits);
}

/**
 * What the sender's account says against it, as the head has it.
 *
 * @param queuedWei what the sender's other pooled transactions may cost
 */
export function senderRefusal(
  entry: PoolEntry,
  account: Account | undefined,
  state: PoolHead["state"],
  queuedWei: bigint,
): PoolFault | undefined {
  const { nonce, costWei } = entry;
  const { sender } = entry.transaction;
  if (account !== undefined && account.codeHash !== EMPTY_CODE_HASH) {
    const code = state.code(account.codeHash);
    if (delegationTarget(code) === undefined) {
      return { code: "TRANSACTION_SENDER_HAS_CODE", sender, sizeBytes: code.length };
    }
  }
  const accountNonce = account?.nonce ?? 0n;
  if (nonce < accountNonce)
    return { code: "TRANSACTION_NONCE_TOO_LOW", sender, nonce, accountNonce };
  const balanceWei = account?.balanceWei ?? 0n;
  if (costWei + queuedWei <= balanceWei) return undefined;
  return { code: "TRANSACTION_FUNDS_INSUFFICIENT", sender, balanceWei, costWei, queuedWei };
}

function feeRefusal(
  transaction: Transaction,
  head: PoolHead,
  limits: PoolLimits,
): PoolFault | undefined {
  const tipWei = maxTipWei(transaction);
  const feeWei = maxFeeWei(transaction);
  if (tipWei < limits.minimumTipWei) {
    return { code: "TRANSACTION_UNDERPRICED", tipWei, minimumWei: limits.minimumTipWei };
  }
  if (limits.feeBelowBaseFee === "wait") return undefined;
  if (feeWei < head.baseFeeWei) {
    return {
      code: "TRANSACTION_FEE_BELOW_BASE_FEE",
      maxFeeWei: feeWei,
      baseFeeWei: head.baseFeeWei,
    };
  }
  if (transaction.type !== 3 || transaction.maxFeePerBlobGasWei >= head.blobBaseFeeWei) {
    return undefined;
  }
  const maxBlobFeeWei = transaction.maxFeePerBlobGasWei;
  return {
    code: "TRANSACTION_BLOB_FEE_BELOW_BASE_FEE",
    maxFeeWei: maxBlobFeeWei,
    baseFeeWei: head.blobBaseFeeWei,
  };
}
