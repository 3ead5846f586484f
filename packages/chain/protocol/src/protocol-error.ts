import type { Hardfork, Hash } from "@ghostchain/evm";
import { CodedError } from "@ghostchain/service";

/** A transaction breaks a rule that needs no state to be told. */
export type TransactionFault =
  /** Its bytes are not the encoding of a transaction; `field` is where they stop being one. */
  | { code: "TRANSACTION_MALFORMED"; field: string; reason: string }
  | { code: "TRANSACTION_TYPE_UNSUPPORTED"; type: number; hardfork?: Hardfork }
  | { code: "TRANSACTION_SIGNATURE_INVALID"; reason: string }
  | { code: "TRANSACTION_CHAIN_ID_WRONG"; chainId: bigint; expected: bigint }
  | { code: "TRANSACTION_NONCE_MAXIMUM"; nonce: bigint }
  | { code: "TRANSACTION_TIP_ABOVE_FEE"; maxPriorityFeeWei: bigint; maxFeeWei: bigint }
  | { code: "TRANSACTION_COST_OVERFLOW"; gasLimit: bigint; maxFeeWei: bigint }
  | { code: "TRANSACTION_GAS_TOO_LOW"; gasLimit: bigint; intrinsicGas: bigint }
  | { code: "TRANSACTION_FLOOR_GAS_TOO_LOW"; gasLimit: bigint; floorGas: bigint }
  | { code: "TRANSACTION_GAS_ABOVE_CAP"; gasLimit: bigint; capGas: bigint }
  | { code: "TRANSACTION_INIT_CODE_TOO_LARGE"; sizeBytes: number; limitBytes: number }
  | { code: "TRANSACTION_RECIPIENT_MISSING"; type: number }
  | { code: "TRANSACTION_BLOBS_MISSING" }
  | { code: "TRANSACTION_BLOBS_TOO_MANY"; count: number; limit: number }
  | { code: "TRANSACTION_BLOB_VERSION_UNKNOWN"; hash: Hash }
  | { code: "TRANSACTION_AUTHORIZATIONS_MISSING" };

/** A block, or its header, breaks a rule of the protocol. */
export type BlockFault =
  /** Its bytes are not the encoding of a block; `field` is where they stop being one. */
  | { code: "BLOCK_MALFORMED"; field: string; reason: string }
  | { code: "BLOCK_PARENT_UNKNOWN"; parent: Hash }
  /** `field` must be absent before, or present since, the hardfork that brought it. */
  | { code: "HEADER_FIELD_MISPLACED"; field: string; hardfork: Hardfork; expected: boolean }
  | { code: "HEADER_PARENT_MISMATCH"; parentHash: Hash; expected: Hash }
  | { code: "HEADER_NUMBER_WRONG"; number: bigint; expected: bigint }
  | { code: "HEADER_TIMESTAMP_TOO_EARLY"; timestamp: bigint; parentTimestamp: bigint }
  | { code: "HEADER_EXTRA_DATA_TOO_LONG"; sizeBytes: number; limitBytes: number }
  | { code: "HEADER_EXTRA_DATA_NOT_DAO"; extraData: string }
  | { code: "HEADER_GAS_LIMIT_OUT_OF_BOUNDS"; gasLimit: bigint; parentGasLimit: bigint }
  | { code: "HEADER_GAS_USED_ABOVE_LIMIT"; gasUsed: bigint; gasLimit: bigint }
  | { code: "HEADER_BASE_FEE_WRONG"; baseFeeWei: bigint; expected: bigint }
  | { code: "HEADER_DIFFICULTY_WRONG"; difficulty: bigint; expected: bigint }
  | { code: "HEADER_NONCE_NOT_ZERO"; nonce: string }
  | { code: "HEADER_OMMERS_HASH_WRONG"; ommersHash: Hash; expected: Hash }
  | { code: "HEADER_BLOB_GAS_USED_WRONG"; blobGasUsed: bigint; reason: string }
  | { code: "HEADER_EXCESS_BLOB_GAS_WRONG"; excessBlobGas: bigint; expected: bigint }
  | { code: "OMMERS_TOO_MANY"; count: number; limit: number }
  | { code: "OMMER_DUPLICATE"; ommer: Hash }
  | { code: "OMMER_IS_ANCESTOR"; ommer: Hash }
  | { code: "OMMER_NOT_KIN"; ommer: Hash; parentHash: Hash }
  | { code: "BLOCK_SIZE_ABOVE_CAP"; sizeBytes: number; capBytes: number };

export type SpecFault =
  | { code: "SPEC_INVALID"; issues: { key: string; message: string }[] }
  | { code: "ADDRESS_CHECKSUM_WRONG"; text: string; expected: string };

export type ProtocolFault = TransactionFault | BlockFault | SpecFault;

export class ProtocolError extends CodedError<ProtocolFault> {}
