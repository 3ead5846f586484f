import type { Address, Hash } from "@ghostchain/evm";
import type { TransactionFault } from "@ghostchain/protocol";
import { CodedError } from "@ghostchain/service";

/** Why the pool refuses a transaction: it breaks a rule by itself, or it does not fit the head or the pool. */
export type PoolFault =
  | TransactionFault
  | { code: "TRANSACTION_KNOWN"; hash: Hash }
  | { code: "TRANSACTION_TOO_LARGE"; sizeBytes: number; limitBytes: number }
  | { code: "TRANSACTION_GAS_ABOVE_BLOCK"; gasLimit: bigint; availableGas: bigint }
  | { code: "TRANSACTION_UNDERPRICED"; tipWei: bigint; minimumWei: bigint }
  | { code: "TRANSACTION_FEE_BELOW_BASE_FEE"; maxFeeWei: bigint; baseFeeWei: bigint }
  | { code: "TRANSACTION_BLOB_FEE_BELOW_BASE_FEE"; maxFeeWei: bigint; baseFeeWei: bigint }
  | { code: "TRANSACTION_REPLACEMENT_UNDERPRICED"; hash: Hash; replaces: Hash }
  | { code: "TRANSACTION_SENDER_HAS_CODE"; sender: Address; sizeBytes: number }
  | { code: "TRANSACTION_NONCE_TOO_LOW"; sender: Address; nonce: bigint; accountNonce: bigint }
  | {
      code: "TRANSACTION_FUNDS_INSUFFICIENT";
      sender: Address;
      balanceWei: bigint;
      costWei: bigint;
      queuedWei: bigint;
    }
  | { code: "SENDER_QUEUE_FULL"; sender: Address; limit: number }
  | { code: "POOL_FULL"; count: number; sizeBytes: number };

/** Messages begin with geth's words for the same rule, because tools match on them. */
export class PoolError extends CodedError<PoolFault> {
  constructor(fault: PoolFault) {
    super(fault, sentenceOf(fault));
  }
}

type Sentences = {
  readonly [C in PoolFault["code"]]: (fault: Extract<PoolFault, { code: C }>) => string;
};

const SENTENCES: Sentences = {
  TRANSACTION_MALFORMED: (f) => `malformed transaction: ${f.field}: ${f.reason}`,
  TRANSACTION_TYPE_UNSUPPORTED: (f) =>
    `transaction type not supported: type ${f.type} is not in force on this chain`,
  TRANSACTION_SIGNATURE_INVALID: (f) => `invalid sender: ${f.reason}`,
  TRANSACTION_CHAIN_ID_WRONG: (f) =>
    `invalid chain id for signer: have ${f.chainId} want ${f.expected}`,
  TRANSACTION_NONCE_MAXIMUM: (f) => `nonce has max value: tx: ${f.nonce}`,
  TRANSACTION_TIP_ABOVE_FEE: (f) =>
    `max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: ${f.maxPriorityFeeWei}, maxFeePerGas: ${f.maxFeeWei}`,
  TRANSACTION_COST_OVERFLOW: (f) =>
    `insufficient funds for gas * price + value: required balance exceeds 256 bits: gas ${f.gasLimit} at ${f.maxFeeWei} wei`,
  TRANSACTION_GAS_TOO_LOW: (f) =>
    `intrinsic gas too low: gas ${f.gasLimit}, minimum needed ${f.intrinsicGas}`,
  TRANSACTION_FLOOR_GAS_TOO_LOW: (f) =>
    `insufficient gas for floor data gas cost: gas ${f.gasLimit}, minimum needed ${f.floorGas}`,
  TRANSACTION_GAS_ABOVE_CAP: (f) =>
    `transaction gas limit too high (cap: ${f.capGas}, tx: ${f.gasLimit})`,
  TRANSACTION_INIT_CODE_TOO_LARGE: (f) =>
    `max initcode size exceeded: code size ${f.sizeBytes}, limit ${f.limitBytes}`,
  TRANSACTION_RECIPIENT_MISSING: (f) =>
    `input transaction of type ${f.type} cannot create a contract: it must have a recipient`,
  TRANSACTION_BLOBS_MISSING: () => "blob transaction missing blob hashes",
  TRANSACTION_BLOBS_TOO_MANY: (f) =>
    `blob transaction has too many blobs: have ${f.count}, limit ${f.limit}`,
  TRANSACTION_BLOB_VERSION_UNKNOWN: (f) => `blob transaction has invalid hash version: ${f.hash}`,
  TRANSACTION_AUTHORIZATIONS_MISSING: () =>
    "EIP-7702 transaction with empty auth list: set code tx must have at least one authorization",
  TRANSACTION_KNOWN: () => "already known",
  TRANSACTION_TOO_LARGE: (f) =>
    `oversized data: transaction size ${f.sizeBytes}, limit ${f.limitBytes}`,
  TRANSACTION_GAS_ABOVE_BLOCK: (f) =>
    `exceeds block gas limit: tx gas ${f.gasLimit}, block gas limit ${f.availableGas}`,
  TRANSACTION_UNDERPRICED: (f) =>
    `transaction underpriced: gas tip cap ${f.tipWei}, minimum needed ${f.minimumWei}`,
  TRANSACTION_FEE_BELOW_BASE_FEE: (f) =>
    `max fee per gas less than block base fee: maxFeePerGas: ${f.maxFeeWei}, baseFee: ${f.baseFeeWei}`,
  TRANSACTION_BLOB_FEE_BELOW_BASE_FEE: (f) =>
    `max fee per blob gas less than block blob gas fee: maxFeePerBlobGas: ${f.maxFeeWei}, blobBaseFee: ${f.baseFeeWei}`,
  TRANSACTION_REPLACEMENT_UNDERPRICED: () => "replacement transaction underpriced",
  TRANSACTION_SENDER_HAS_CODE: (f) =>
    `sender not an eoa: address ${f.sender}, len(code): ${f.sizeBytes}`,
  TRANSACTION_NONCE_TOO_LOW: (f) =>
    `nonce too low: address ${f.sender}, tx: ${f.nonce} state: ${f.accountNonce}`,
  TRANSACTION_FUNDS_INSUFFICIENT: (f) =>
    `insufficient funds for gas * price + value: balance ${f.balanceWei}${queuedCost(f.queuedWei)}, tx cost ${f.costWei}`,
  SENDER_QUEUE_FULL: (f) =>
    `account limit exceeded: address ${f.sender} has ${f.limit} transactions waiting`,
  POOL_FULL: (f) => `txpool is full: ${f.count} transactions, none cheaper than this one`,
};

function sentenceOf<C extends PoolFault["code"]>(fault: Extract<PoolFault, { code: C }>): string {
  return (SENTENCES[fault.code as C] as (fault: PoolFault) => string)(fault);
}

function queuedCost(queuedWei: bigint): string {
  return queuedWei === 0n ? "" : `, queued cost ${queuedWei}`;
}
