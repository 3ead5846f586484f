import type { Address, Hash } from "@ghostchain/evm";
import { CodedError } from "@ghostchain/service";

export type NodeFault =
  /** What the segment log gave back is not what was put in, though its checksum holds. */
  | { code: "NODE_RECORD_DAMAGED"; reason: string }
  /** The data directory was written by another version of this software. */
  | { code: "NODE_DATA_VERSION"; directory: string; found: string; expected: string }
  /** The data directory holds a chain that begins with another block. */
  | { code: "NODE_GENESIS_MISMATCH"; found: Hash; expected: Hash }
  /** A block of our own history is not where it was put: the data directory is damaged. */
  | { code: "NODE_BLOCK_MISSING"; hash: Hash }
  /** A block of a branch that left the chain before the oldest block the node could go back to. */
  | { code: "NODE_BRANCH_TOO_OLD"; parent: Hash; number: bigint }
  /** A block on top of one that broke a rule. */
  | { code: "NODE_BLOCK_FOLLOWS_BAD"; parent: Hash }
  | { code: "NODE_NOT_RUNNING" }
  | { code: "NODE_STATE_UNAVAILABLE"; number: bigint | undefined }
  | { code: "NODE_ACCOUNT_UNKNOWN"; address: Address }
  | { code: "DEV_DUMP_INVALID"; reason: string }
  | { code: "DEV_REORG_TOO_DEEP"; depth: number; number: bigint }
  /** A block cannot be older than its parent, whatever a test would like. */
  | { code: "DEV_TIMESTAMP_TOO_EARLY"; timestamp: bigint; parentTimestamp: bigint };

export class NodeError extends CodedError<NodeFault> {}
