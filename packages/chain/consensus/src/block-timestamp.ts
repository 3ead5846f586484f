import type { Header } from "@ghostchain/protocol";

/**
 * Whether a block may have its parent's timestamp. Ethereum says no; where blocks are less than a second apart
 * it must be allowed, or the chain's clock would run ahead of the world's (docs/adr/0003).
 */
export type TimestampRule = "increasing" | "nondecreasing";

/** The time of day in seconds, or the earliest the rule allows after `parent` if that is later. */
export function nextTimestamp(parent: Header, nowMs: number, rule: TimestampRule): bigint {
  const earliest = rule === "increasing" ? parent.timestamp + 1n : parent.timestamp;
  const now = BigInt(Math.floor(nowMs / 1000));
  return now > earliest ? now : earliest;
}
