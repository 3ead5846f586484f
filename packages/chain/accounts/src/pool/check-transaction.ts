import {
  type Account,
  EMPTY_CODE_HASH,
  type Hardfork,
  includesFork,
  type StateReader,
} from "@ghostchain/evm";
import type { SenderTransaction, Transaction } from "@ghostchain/protocol";
import { floorGas, intrinsicGas } from "./intrinsic-gas.ts";
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
  readonly maxBlobsPerBlock: number;
  readonly blockGasLimit: bigint;
}

const NONCE_MAXIMUM = 2n ** 64n - 1n;
/** EIP-3860 */
const MAX_INIT_CODE_BYTES = 49_152;
/** EIP-7825 */
const TRANSACTION_GAS_CAP = 16_777_216n;
const SINCE = { 0: "frontier", 1: "berlin", 2: "london", 3: "cancun", 4: "prague" } as const;

/** Rules that need no account: the shape of the transaction, and the gas it must bring. */
export function checkTransaction(
  pooled: SenderTransaction,
  head: PoolHead,
  limits: PoolLimits,
): PoolFault | undefined {
  const { transaction, encoded } = pooled;
  const { gasLimit, to, data } = transaction;
  if (!includesFork(head.hardfork, SINCE[transaction.type])) {
    return { code: "TRANSACTION_TYPE_UNSUPPORTED", type: transaction.type };
  }
  if (encoded.length > limits.transactionSizeBytes) {
    const limitBytes = limits.transactionSizeBytes;
    return { code: "TRANSACTION_TOO_LARGE", sizeBytes: encoded.length, limitBytes };
  }
  if (transaction.chainId !== undefined && transaction.chainId !== head.chainId) {
    return { code: "CHAIN_ID_WRONG", chainId: transaction.chainId, expected: head.chainId };
  }
  const creates = to === undefined;
  if (creates && includesFork(head.hardfork, "shanghai") && data.length > MAX_INIT_CODE_BYTES) {
    const limitBytes = MAX_INIT_CODE_BYTES;
    return { code: "INIT_CODE_TOO_LARGE", sizeBytes: data.length, limitBytes };
  }
  if (gasLimit > head.blockGasLimit) {
    return { code: "GAS_LIMIT_ABOVE_BLOCK", gasLimit, blockGasLimit: head.blockGasLimit };
  }
  if (includesFork(head.hardfork, "osaka") && gasLimit > TRANSACTION_GAS_CAP) {
    return { code: "GAS_LIMIT_ABOVE_CAP", gasLimit, cap: TRANSACTION_GAS_CAP };
  }
  return checkExtensions(transaction, head) ?? checkGas(transaction, head.hardfork);
}

/** Rules about prices. */
export function checkFees(
  transaction: Transaction,
  head: PoolHead,
  limits: PoolLimits,
): PoolFault | undefined {
  const tipWei = maxTipWei(transaction);
  const maxWei = maxFeeWei(transaction);
  if (tipWei > maxWei) return { code: "TIP_ABOVE_FEE_CAP", tipWei, maxFeeWei: maxWei };
  if (tipWei < limits.minimumTipWei) {
    return { code: "UNDERPRICED", tipWei, minimumWei: limits.minimumTipWei };
  }
  if (limits.feeBelowBaseFee === "wait") return undefined;
  if (maxWei < head.baseFeeWei) {
    return { code: "FEE_BELOW_BASE_FEE", maxFeeWei: maxWei, baseFeeWei: head.baseFeeWei };
  }
  if (transaction.type === 3 && transaction.maxFeePerBlobGasWei < head.blobBaseFeeWei) {
    const maxFeeWei = transaction.maxFeePerBlobGasWei;
    return { code: "BLOB_FEE_BELOW_BASE_FEE", maxFeeWei, baseFeeWei: head.blobBaseFeeWei };
  }
  return undefined;
}

/**
 * Rules about the sender as the head has it.
 *
 * @param othersWei what the sender's other pooled transactions may cost
 */
export function checkAccount(
  entry: PoolEntry,
  account: Account | undefined,
  state: PoolHead["state"],
  othersWei: bigint,
): PoolFault | undefined {
  const { nonce, costWei } = entry;
  const { sender } = entry.transaction;
  if (account !== undefined && account.codeHash !== EMPTY_CODE_HASH) {
    const code = state.code(account.codeHash);
    if (!isDelegation(code)) return { code: "SENDER_NOT_EOA", sender, codeSizeBytes: code.length };
  }
  const accountNonce = account?.nonce ?? 0n;
  if (nonce < accountNonce) return { code: "NONCE_TOO_LOW", sender, nonce, accountNonce };
  if (nonce >= NONCE_MAXIMUM) return { code: "NONCE_MAXIMUM", sender, nonce };
  const balanceWei = account?.balanceWei ?? 0n;
  if (costWei + othersWei <= balanceWei) return undefined;
  return { code: "INSUFFICIENT_FUNDS", sender, balanceWei, costWei, queuedWei: othersWei };
}

/** Rules of the envelope's type: blobs (EIP-4844) and authorizations (EIP-7702). */
function checkExtensions(transaction: Transaction, head: PoolHead): PoolFault | undefined {
  if (transaction.type === 3) {
    const reason = blobFlaw(transaction, head.maxBlobsPerBlock);
    if (reason !== undefined) return { code: "BLOBS_INVALID", reason };
  }
  if (transaction.type === 4) {
    if (transaction.to === undefined) {
      return { code: "AUTHORIZATIONS_INVALID", reason: "it cannot create a contract" };
    }
    if (transaction.authorizations.length === 0) {
      return { code: "AUTHORIZATIONS_INVALID", reason: "it must carry an authorization" };
    }
  }
  return undefined;
}

function blobFlaw(
  { blobHashes, to }: Extract<Transaction, { type: 3 }>,
  maxBlobs: number,
): string | undefined {
  if (to === undefined) return "it cannot create a contract";
  if (blobHashes.length === 0) return "it must carry a blob";
  if (blobHashes.length > maxBlobs) return `${blobHashes.length} blobs, limit ${maxBlobs}`;
  return blobHashes.every((hash) => hash.startsWith("0x01")) ? undefined : "unknown hash version";
}

function checkGas(transaction: Transaction, hardfork: Hardfork): PoolFault | undefined {
  const { gasLimit } = transaction;
  const intrinsic = intrinsicGas(transaction, hardfork);
  if (gasLimit < intrinsic) return { code: "INTRINSIC_GAS_TOO_LOW", gasLimit, needed: intrinsic };
  const floor = floorGas(transaction, hardfork);
  return gasLimit < floor ? { code: "FLOOR_GAS_TOO_LOW", gasLimit, needed: floor } : undefined;
}

/** `0xef0100` and an address: the account runs another's code and stays an EOA (EIP-7702). */
function isDelegation(code: Uint8Array): boolean {
  return code.length === 23 && code[0] === 0xef && code[1] === 0x01 && code[2] === 0x00;
}
