import type { ChainEvent } from "@ghostchain/product";

/** Names one log for good: the same event on the same branch always has the same key. */
export function eventKey(event: ChainEvent): string {
  return `${event.transactionHash}:${event.logIndex}`;
}

export function blockTime(event: ChainEvent): Date {
  return new Date(event.blockTimestampMs);
}

/** Seconds of the chain; a time beyond what a date can hold is the last one it can. */
export function chainTime(seconds: bigint): Date {
  const LAST_SECOND = 8_640_000_000_000n;
  return new Date(Number(seconds < LAST_SECOND ? seconds : LAST_SECOND) * 1_000);
}
