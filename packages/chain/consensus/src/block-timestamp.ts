import type { Header, TimestampRule } from "@ghostchain/protocol";

/** The time of day in seconds, or the earliest the rule allows after `parent` if that is later. */
export function nextTimestamp(parent: Header, nowMs: number, rule: TimestampRule): bigint {
  const earliest = rule === "increasing" ? parent.timestamp + 1n : parent.timestamp;
  const now = BigInt(Math.floor(nowMs / 1000));
  return now > earliest ? now : earliest;
}
