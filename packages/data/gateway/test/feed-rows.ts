import type { FeedRow, PersonalMessage } from "@ghostchain/feed";

/** Rows as the indexer writes them, with only what a test is about. */
export function eventRow(
  sequenceId: number,
  topics: readonly string[] = ["feed"],
  personal: readonly PersonalMessage[] = [],
): FeedRow {
  const event = { type: "JACK_IN", timestamp: 1_700_000_000_000 + sequenceId, amount: "5" };
  return { kind: "event", sequenceId, blockNumber: 1n, blockHash: "0xab", topics, personal, event };
}

export function retractRow(
  sequenceId: number,
  retracts: readonly number[],
  topics: readonly string[] = ["feed"],
): FeedRow {
  return {
    kind: "retract",
    sequenceId,
    blockNumber: 1n,
    blockHash: "0xab",
    topics,
    personal: [],
    retracts,
  };
}
