import type { Address, Hash } from "@ghostchain/evm";
import { CodedError } from "@ghostchain/service";

export type NodeFault =
  /** What the segment log gave back is not what was put in, though its checksum holds. */
  | { code: "NODE_RECORD_DAMAGED"; reason: string }
  /** The data directory was written by another version of this software. */
  | { code: "NODE_DATA_VERSION"; directory: string; found: string; expected: string }
  /** The data directory holds a chain that begins with another block. */
  | { code: "NODE_GENESIS_MISMATCH"; found: Hash; expected: Hash }
  | { code: "NODE_NOT_RUNNING" }
  | { code: "NODE_STATE_UNAVAILABLE"; number: bigint }
  | { code: "NODE_ACCOUNT_UNKNOWN"; address: Address };

export class NodeError extends CodedError<NodeFault> {}
