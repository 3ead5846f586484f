import { type Hash, ZERO_ADDRESS } from "@ghostchain/evm";
import type { Header } from "@ghostchain/protocol";
import { assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { createOpenProducer, type Schedule } from "./open-producer.ts";

const PARENT = { timestamp: 1000n, mixHash: `0x${"00".repeat(32)}` as Hash } as Header;

function producer(
  schedule: Schedule,
  timestampRule: "increasing" | "nondecreasing" = "increasing",
) {
  return createOpenProducer({
    schedule,
    coinbase: ZERO_ADDRESS,
    extraData: new Uint8Array(),
    timestampRule,
  });
}

describe("instant production", () => {
  const instant = producer({ kind: "instant" });

  it("is due as soon as there is a transaction, and not before", () => {
    expect(instant.dueAtMs({ nowMs: 5, lastBlockAtMs: 0, hasPending: false })).toBeUndefined();
    expect(instant.dueAtMs({ nowMs: 5, lastBlockAtMs: 0, hasPending: true })).toBe(5);
  });
});

describe("production at an interval", () => {
  it("is due at the next multiple of the block time, with or without transactions", () => {
    const interval = producer({ kind: "interval", blockTimeMs: 250 });
    expect(interval.dueAtMs({ nowMs: 1000, lastBlockAtMs: 1000, hasPending: false })).toBe(1250);
    expect(interval.dueAtMs({ nowMs: 1013, lastBlockAtMs: 1013, hasPending: true })).toBe(1250);
  });

  it("leaves half of a slot for what comes after filling the block", () => {
    expect(producer({ kind: "interval", blockTimeMs: 250 }).fillMs).toBe(125);
  });

  it("never drifts and never makes two blocks in a slot", () =>
    assert(
      property(integer({ min: 1, max: 5000 }), integer({ min: 0, max: 1e9 }), (blockTimeMs, at) => {
        const interval = producer({ kind: "interval", blockTimeMs });
        const due = interval.dueAtMs({ nowMs: at, lastBlockAtMs: at, hasPending: false }) ?? 0;
        expect(due % blockTimeMs).toBe(0);
        expect(due).toBeGreaterThan(at);
        expect(due - at).toBeLessThanOrEqual(blockTimeMs);
      }),
    ));
});

describe("manual production", () => {
  it("is never due", () => {
    const manual = producer({ kind: "manual" });
    expect(manual.dueAtMs({ nowMs: 5, lastBlockAtMs: 0, hasPending: true })).toBeUndefined();
  });
});

describe("block attributes", () => {
  it("take the time of day, in whole seconds", () => {
    const { timestamp } = producer({ kind: "instant" }).attributes(PARENT, 2_000_999);
    expect(timestamp).toBe(2000n);
  });

  it("go a second past the parent where timestamps must increase", () => {
    const { timestamp } = producer({ kind: "instant" }).attributes(PARENT, 1_000_400);
    expect(timestamp).toBe(1001n);
  });

  it("stay at the parent's second where they may, and never fall behind it", () => {
    const subSecond = producer({ kind: "interval", blockTimeMs: 250 }, "nondecreasing");
    expect(subSecond.attributes(PARENT, 1_000_400).timestamp).toBe(1000n);
    expect(subSecond.attributes(PARENT, 3_000).timestamp).toBe(1000n);
  });

  it("draw other randomness for every block, and the same from the same parent", () => {
    const instant = producer({ kind: "instant" });
    const first = instant.attributes(PARENT, 0).prevRandao;
    const second = instant.attributes({ ...PARENT, mixHash: first }, 0).prevRandao;
    expect(new Set([PARENT.mixHash, first, second]).size).toBe(3);
    expect(instant.attributes(PARENT, 99).prevRandao).toBe(first);
  });
});
