import { delegationTarget } from "@ghostchain/evm";
import { checkTransaction, type SenderTransaction } from "@ghostchain/protocol";
import { maxCostWei, maxFeeWei } from "../pool/transaction-fees.ts";
import { blobGasOf } from "./blob-gas.ts";
import type { BlockExecution } from "./execute-transaction.ts";
import { ExecutionError, type ExecutionFault } from "./execution-error.ts";

export type Candidate = Pick<SenderTransaction, "transaction" | "sender">;

/**
 * Checks every rule that decides whether the transaction may come next in the block.
 *
 * @throws {ProtocolError} a rule it breaks by itself
 * @throws {ExecutionError} a rule it breaks against the block or its sender's account
 * @see Yellow paper, section 6.2; EIP-1559, 3607, 4844, 7702
 */
export function admitTransaction(execution: BlockExecution, candidate: Candidate): void {
  const { evm, block } = execution;
  checkTransaction(candidate.transaction, { hardfork: evm.hardfork, chainId: block.chainId });
  const fault = blockFault(execution, candidate) ?? senderFault(execution, candidate);
  if (fault !== undefined) throw new ExecutionError(fault);
}

function blockFault(
  { block, availableGas, availableBlobGas }: BlockExecution,
  { transaction }: Candidate,
): ExecutionFault | undefined {
  const { gasLimit } = transaction;
  if (gasLimit > availableGas) {
    return { code: "TRANSACTION_GAS_ABOVE_BLOCK", gasLimit, availableGas };
  }
  const feeWei = maxFeeWei(transaction);
  if (feeWei < block.baseFeeWei) {
    const baseFeeWei = block.baseFeeWei;
    return { code: "TRANSACTION_FEE_BELOW_BASE_FEE", maxFeeWei: feeWei, baseFeeWei };
  }
  if (transaction.type !== 3) return undefined;
  const blobGas = blobGasOf(transaction);
  if (blobGas > availableBlobGas) {
    return { code: "TRANSACTION_BLOB_GAS_ABOVE_BLOCK", blobGas, availableBlobGas };
  }
  const blobFeeWei = transaction.maxFeePerBlobGasWei;
  if (blobFeeWei >= block.blobBaseFeeWei) return undefined;
  return {
    code: "TRANSACTION_BLOB_FEE_BELOW_BASE_FEE",
    maxFeeWei: blobFeeWei,
    baseFeeWei: block.blobBaseFeeWei,
  };
}

function senderFault(
  { world }: BlockExecution,
  { transaction, sender }: Candidate,
): ExecutionFault | undefined {
  const { nonce } = transaction;
  const account = world.account(sender);
  const accountNonce = account?.nonce ?? 0n;
  if (nonce < accountNonce) {
    return { code: "TRANSACTION_NONCE_TOO_LOW", sender, nonce, accountNonce };
  }
  if (nonce > accountNonce) {
    return { code: "TRANSACTION_NONCE_TOO_HIGH", sender, nonce, accountNonce };
  }
  const code = world.code(sender);
  if (code.length > 0 && delegationTarget(code) === undefined) {
    return { code: "TRANSACTION_SENDER_HAS_CODE", sender, sizeBytes: code.length };
  }
  const balanceWei = account?.balanceWei ?? 0n;
  const costWei = maxCostWei(transaction);
  if (balanceWei >= costWei) return undefined;
  return { code: "TRANSACTION_FUNDS_INSUFFICIENT", sender, balanceWei, costWei };
}
