import type { Address, Halt, Hash } from "@ghostchain/evm";
import { CodedError } from "@ghostchain/service";

/** What executing a block shows to be wrong with it. `expected` is what execution gives. */
export type BlockExecutionFault =
  /** One of its transactions may not be there; `rule` is the code of the error that is the cause. */
  | { code: "BLOCK_TRANSACTION_INVALID"; index: number; rule: string }
  | { code: "BLOCK_TRANSACTIONS_ROOT_WRONG"; root: Hash; expected: Hash }
  | { code: "BLOCK_WITHDRAWALS_ROOT_WRONG"; root: Hash | undefined; expected: Hash | undefined }
  | { code: "BLOCK_GAS_USED_WRONG"; gasUsed: bigint; expected: bigint }
  | { code: "BLOCK_BLOB_GAS_USED_WRONG"; blobGasUsed: bigint; expected: bigint }
  | { code: "BLOCK_LOGS_BLOOM_WRONG" }
  | { code: "BLOCK_RECEIPTS_ROOT_WRONG"; root: Hash; expected: Hash }
  | { code: "BLOCK_STATE_ROOT_WRONG"; root: Hash; expected: Hash }
  | { code: "BLOCK_REQUESTS_HASH_WRONG"; hash: Hash | undefined; expected: Hash | undefined }
  /** A contract that the protocol calls at the end of a block is not there (EIP-7002, EIP-7251). */
  | { code: "SYSTEM_CONTRACT_MISSING"; address: Address }
  | { code: "SYSTEM_CALL_FAILED"; address: Address; halt: Halt }
  /** The deposit contract logged what is no deposit (EIP-6110). */
  | { code: "DEPOSIT_MALFORMED"; sizeBytes: number };

export class BlockError extends CodedError<BlockExecutionFault> {}
