import type { Address } from "@ghostchain/evm";
import { CodedError } from "@ghostchain/service";

/**
 * Why a transaction cannot be in this block, though it is well-formed: the state or the rest of the block
 * is against it. What it can break alone is a `TransactionFault` of `chain/protocol`.
 */
export type ExecutionFault =
  | { code: "TRANSACTION_NONCE_TOO_LOW"; sender: Address; nonce: bigint; accountNonce: bigint }
  | { code: "TRANSACTION_NONCE_TOO_HIGH"; sender: Address; nonce: bigint; accountNonce: bigint }
  /** EIP-3607: an account with code has no key; a delegation (EIP-7702) does not count as code. */
  | { code: "TRANSACTION_SENDER_HAS_CODE"; sender: Address; sizeBytes: number }
  | {
      code: "TRANSACTION_FUNDS_INSUFFICIENT";
      sender: Address;
      balanceWei: bigint;
      /** Value, all its gas at the highest price it offers, and its blobs. */
      costWei: bigint;
    }
  | { code: "TRANSACTION_FEE_BELOW_BASE_FEE"; maxFeeWei: bigint; baseFeeWei: bigint }
  | { code: "TRANSACTION_BLOB_FEE_BELOW_BASE_FEE"; maxFeeWei: bigint; baseFeeWei: bigint }
  | { code: "TRANSACTION_GAS_ABOVE_BLOCK"; gasLimit: bigint; availableGas: bigint }
  | { code: "TRANSACTION_BLOB_GAS_ABOVE_BLOCK"; blobGas: bigint; availableBlobGas: bigint };

/** Messages begin with geth's words for the same rule, because tools match on them. */
export class ExecutionError extends CodedError<ExecutionFault> {
  constructor(fault: ExecutionFault) {
    super(fault, sentence(fault));
  }
}

function sentence(fault: ExecutionFault): string {
  switch (fault.code) {
    case "TRANSACTION_NONCE_TOO_LOW":
      return `nonce too low: address ${fault.sender}, tx: ${fault.nonce} state: ${fault.accountNonce}`;
    case "TRANSACTION_NONCE_TOO_HIGH":
      return `nonce too high: address ${fault.sender}, tx: ${fault.nonce} state: ${fault.accountNonce}`;
    case "TRANSACTION_SENDER_HAS_CODE":
      return `sender not an eoa: address ${fault.sender}, len(code): ${fault.sizeBytes}`;
    case "TRANSACTION_FUNDS_INSUFFICIENT":
      return `insufficient funds for gas * price + value: address ${fault.sender} have ${fault.balanceWei} want ${fault.costWei}`;
    case "TRANSACTION_FEE_BELOW_BASE_FEE":
      return `max fee per gas less than block base fee: maxFeePerGas: ${fault.maxFeeWei}, baseFee: ${fault.baseFeeWei}`;
    case "TRANSACTION_BLOB_FEE_BELOW_BASE_FEE":
      return `max fee per blob gas less than block blob gas fee: maxFeePerBlobGas: ${fault.maxFeeWei}, blobBaseFee: ${fault.baseFeeWei}`;
    case "TRANSACTION_GAS_ABOVE_BLOCK":
      return `gas limit reached: transaction gas limit ${fault.gasLimit}, left in the block ${fault.availableGas}`;
    case "TRANSACTION_BLOB_GAS_ABOVE_BLOCK":
      return `blob gas limit reached: transaction blob gas ${fault.blobGas}, left in the block ${fault.availableBlobGas}`;
  }
}
