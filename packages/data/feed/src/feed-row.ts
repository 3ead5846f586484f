/** What JSON can carry. Amounts are decimal strings in wei, never numbers. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** What clients see of one chain event. A product gives the fields beyond these. */
export type FeedEvent = JsonObject & {
  /** `JACK_IN`, `TRACED`, … */
  readonly type: string;
  /** Of the block, in milliseconds since the Unix epoch */
  readonly timestamp: number;
};

/** A message for one account alone, delivered with the row that caused it. */
export interface PersonalMessage {
  /** EIP-55 checksummed */
  readonly address: string;
  readonly message: JsonObject & { readonly type: string };
}

/**
 * When each step was done with a row, in milliseconds since the Unix epoch. Told while the row is live and never
 * stored: whoever reads it later has none.
 */
export interface FeedStages {
  /** The block was complete, by its producer's clock; only where the chain says so (`milliTimestamp`). */
  readonly sealedAtMs?: number;
  /** The indexer learned of the block. */
  readonly seenAtMs?: number;
  /** The row was in the database. */
  readonly committedAtMs?: number;
  /** The gateway had it. */
  readonly receivedAtMs?: number;
}

interface FeedRowFields {
  /** From 1, without a gap, in commit order. */
  readonly sequenceId: number;
  readonly blockNumber: bigint;
  readonly blockHash: string;
  /** `feed`, `level:DARKNET`, `address:0x…`: who gets it. */
  readonly topics: readonly string[];
  readonly personal: readonly PersonalMessage[];
  /**
   * Accounts whose own state it changed, and which it does not tell: their messages came with a later row, or with none,
   * as in history. Only on rows that were read, for history is not announced.
   */
  readonly untold?: readonly string[];
  readonly stages?: FeedStages;
}

/** One step of the sequence: something happened, or a reorg took something back. */
export type FeedRow =
  | (FeedRowFields & { readonly kind: "event"; readonly event: FeedEvent })
  | (FeedRowFields & { readonly kind: "retract"; readonly retracts: readonly number[] });

/** Where the sequence stands. Another epoch means that ids given before have no meaning now. */
export interface FeedPosition {
  readonly epoch: string;
  readonly sequenceId: number;
}
