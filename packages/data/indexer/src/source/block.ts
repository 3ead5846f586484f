import type { Address, Hash, Hex } from "viem";
import type { RpcEndpoint } from "../rpc/rpc-endpoint.ts";

/** What the indexer needs of a block's header. */
export interface BlockHeader {
  readonly number: bigint;
  readonly hash: Hash;
  readonly parentHash: Hash;
  readonly timestampMs: number;
  /** When its producer was done with it, where the chain says so (`milliTimestamp` of a pushed head). */
  readonly sealedAtMs?: number | undefined;
  /** When it was pushed to us. */
  readonly seenAtMs?: number | undefined;
  /** Absent where a chain does not keep one. */
  readonly logsBloom: Hex | undefined;
  readonly receiptsRoot?: Hash | undefined;
  /** Who told of it, and so has it. */
  readonly from?: RpcEndpoint | undefined;
}

/** A log as the chain gives it, not decoded. */
export interface RawLog {
  readonly blockNumber: bigint;
  readonly blockHash: Hash;
  readonly logIndex: number;
  readonly transactionHash: Hash;
  /** Lower-case. */
  readonly address: Address;
  readonly topics: readonly Hash[];
  readonly data: Hex;
  /** Of its block, where the chain says it with the log. */
  readonly timestampMs: number | undefined;
}

/** A block's place in the chain and what of it concerns us. */
export interface IndexedBlock {
  readonly number: bigint;
  readonly hash: Hash;
  readonly timestampMs: number;
  /** In the order of the block. */
  readonly logs: readonly RawLog[];
}

/** A place in the chain: everything up to and with it is done. */
export interface ChainPoint {
  readonly number: bigint;
  readonly hash: Hash;
}

export const ZERO_HASH: Hash = `0x${"0".repeat(64)}`;
