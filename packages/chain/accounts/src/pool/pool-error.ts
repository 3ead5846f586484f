import type { Address, Hash } from "@ghostchain/evm";
import { CodedError } from "@ghostchain/service";

/** Why the pool refuses a transaction. */
export type PoolFault =
  | { code: "TRANSACTION_KNOWN"; hash: Hash }
  | { code: "TRANSACTION_TYPE_UNSUPPORTED"; type: number }
  | { code: "TRANSACTION_TOO_LARGE"; sizeBytes: number; limitBytes: number }
  | { code: "CHAIN_ID_WRONG"; chainId: bigint; expected: bigint }
  | { code: "INIT_CODE_TOO_LARGE"; sizeBytes: number; limitBytes: number }
  | { code: "TIP_ABOVE_FEE_CAP"; tipWei: bigint; maxFeeWei: bigint }
  | { code: "GAS_LIMIT_ABOVE_BLOCK"; gasLimit: bigint; blockGasLimit: bigint }
  | { code: "GAS_LIMIT_ABOVE_CAP"; gasLimit: bigint; cap: bigint }
  | { code: "INTRINSIC_GAS_TOO_LOW"; gasLimit: bigint; needed: bigint }
  | { code: "FLOOR_GAS_TOO_LOW"; gasLimit: bigint; needed: bigint }
  | { code: "BLOBS_INVALID"; reason: string }
  | { code: "AUTHORIZATIONS_INVALID"; reason: string }
  | { code: "UNDERPRICED"; tipWei: bigint; minimumWei: bigint }
  | { code: "FEE_BELOW_BASE_FEE"; maxFeeWei: bigint; baseFeeWei: bigint }
  | { code: "BLOB_FEE_BELOW_BASE_FEE"; maxFeeWei: bigint; baseFeeWei: bigint }
  | { code: "SENDER_NOT_EOA"; sender: Address; codeSizeBytes: number }
  | { code: "NONCE_TOO_LOW"; sender: Address; nonce: bigint; accountNonce: bigint }
  | { code: "NONCE_MAXIMUM"; sender: Address; nonce: bigint }
  | {
      code: "INSUFFICIENT_FUNDS";
      sender: Address;
      balanceWei: bigint;
      costWei: bigint;
      queuedWei: bigint;
    }
  | { code: "REPLACEMENT_UNDERPRICED"; hash: Hash; replaces: Hash }
  | { code: "SENDER_QUEUE_FULL"; sender: Address; limit: number }
  | { code: "POOL_FULL"; count: number; sizeBytes: number };

/** Messages begin with geth's words for the same rule, because tools match on them. */
export class PoolError extends CodedError<PoolFault> {
  constructor(fault: PoolFault) {
    super(fault, sentence(fault));
  }
}

function sentence(fault: PoolFault): string {
  switch (fault.code) {
    case "TRANSACTION_KNOWN":
      return "already known";
    case "TRANSACTION_TYPE_UNSUPPORTED":
      return `transaction type not supported: type ${fault.type} is not enabled on this chain`;
    case "TRANSACTION_TOO_LARGE":
      return `oversized data: transaction size ${fault.sizeBytes}, limit ${fault.limitBytes}`;
    case "CHAIN_ID_WRONG":
      return `invalid chain id for signer: have ${fault.chainId} want ${fault.expected}`;
    case "INIT_CODE_TOO_LARGE":
      return `max initcode size exceeded: code size ${fault.sizeBytes}, limit ${fault.limitBytes}`;
    case "BLOBS_INVALID":
      return `invalid blob transaction: ${fault.reason}`;
    case "AUTHORIZATIONS_INVALID":
      return `invalid set code transaction: ${fault.reason}`;
    case "SENDER_NOT_EOA":
      return `sender not an eoa: address ${fault.sender}, len(code): ${fault.codeSizeBytes}`;
    case "NONCE_TOO_LOW":
      return `nonce too low: address ${fault.sender}, tx: ${fault.nonce} state: ${fault.accountNonce}`;
    case "NONCE_MAXIMUM":
      return `nonce has max value: address ${fault.sender}, tx: ${fault.nonce}`;
    case "INSUFFICIENT_FUNDS":
      return fundsSentence(fault);
    case "REPLACEMENT_UNDERPRICED":
      return "replacement transaction underpriced";
    case "SENDER_QUEUE_FULL":
      return `account limit exceeded: address ${fault.sender} has ${fault.limit} transactions waiting`;
    case "POOL_FULL":
      return `txpool is full: ${fault.count} transactions, none cheaper than this one`;
    default:
      return feeSentence(fault);
  }
}

function feeSentence(
  fault: Extract<
    PoolFault,
    { code: `${string}GAS${string}` | `${string}FEE${string}` | "UNDERPRICED" }
  >,
): string {
  switch (fault.code) {
    case "TIP_ABOVE_FEE_CAP":
      return `max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: ${fault.tipWei}, maxFeePerGas: ${fault.maxFeeWei}`;
    case "GAS_LIMIT_ABOVE_BLOCK":
      return `exceeds block gas limit: tx gas ${fault.gasLimit}, block gas limit ${fault.blockGasLimit}`;
    case "GAS_LIMIT_ABOVE_CAP":
      return `transaction gas limit too high (cap: ${fault.cap}, tx: ${fault.gasLimit})`;
    case "INTRINSIC_GAS_TOO_LOW":
      return `intrinsic gas too low: gas ${fault.gasLimit}, minimum needed ${fault.needed}`;
    case "FLOOR_GAS_TOO_LOW":
      return `insufficient gas for floor data gas cost: gas ${fault.gasLimit}, minimum needed ${fault.needed}`;
    case "UNDERPRICED":
      return `transaction underpriced: gas tip cap ${fault.tipWei}, minimum needed ${fault.minimumWei}`;
    case "FEE_BELOW_BASE_FEE":
      return `max fee per gas less than block base fee: maxFeePerGas: ${fault.maxFeeWei}, baseFee: ${fault.baseFeeWei}`;
    case "BLOB_FEE_BELOW_BASE_FEE":
      return `max fee per blob gas less than block blob gas fee: maxFeePerBlobGas: ${fault.maxFeeWei}, blobBaseFee: ${fault.baseFeeWei}`;
  }
}

function fundsSentence(fault: Extract<PoolFault, { code: "INSUFFICIENT_FUNDS" }>): string {
  const queued = fault.queuedWei === 0n ? "" : `, queued cost ${fault.queuedWei}`;
  return `insufficient funds for gas * price + value: balance ${fault.balanceWei}${queued}, tx cost ${fault.costWei}`;
}
