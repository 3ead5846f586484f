import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAnnouncement, encodeAnnouncement } from "./announcement.ts";
import { decodeBroadcast, encodeBroadcast } from "./broadcast.ts";
import type { FeedRow } from "./feed-row.ts";

const text = fc.string({ unit: "binary", maxLength: 12 });
const common = {
  sequenceId: fc.integer({ min: 1, max: 2 ** 40 }),
  blockNumber: fc.bigInt({ min: 0n, max: 2n ** 63n }),
  blockHash: text,
  topics: fc.array(text, { maxLength: 3 }),
  personal: fc.array(fc.record({ address: text, message: fc.record({ type: text, wei: text }) }), {
    maxLength: 2,
  }),
};
const row: fc.Arbitrary<FeedRow> = fc.oneof(
  fc.record({
    ...common,
    kind: fc.constant("event" as const),
    event: fc.record({ type: text, timestamp: fc.nat(), amount: text }),
  }),
  fc.record({
    ...common,
    kind: fc.constant("retract" as const),
    retracts: fc.array(fc.nat(), { maxLength: 5 }),
  }),
);

describe("encodeAnnouncement", () => {
  it("comes back as it was", () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), text, fc.nat(), (rows, epoch, sequenceId) => {
        const announcement = { position: { epoch, sequenceId }, rows };
        expect(decodeAnnouncement(encodeAnnouncement(announcement))).toEqual(announcement);
      }),
    );
  });

  it("leaves the rows to the database when there are too many for a message", () => {
    const [one] = fc.sample(row, { numRuns: 1, seed: 7 });
    const rows = Array.from({ length: 5_000 }, () => one as FeedRow);
    const position = { epoch: "e", sequenceId: 5_000 };
    expect(decodeAnnouncement(encodeAnnouncement({ position, rows }))).toEqual({
      position,
      rows: [],
    });
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    '{"position":{}}',
    '{"position":{"epoch":"e","sequenceId":1.5}}',
  ])("is refused when malformed: %j", (message) => {
    expect(() => decodeAnnouncement(message)).toThrow(
      expect.objectContaining({ code: "FEED_ANNOUNCEMENT_MALFORMED" }),
    );
  });
});

describe("encodeBroadcast", () => {
  it("comes back as it was, and is refused when malformed", () => {
    const broadcast = { message: { type: "SCAN_WARNING", secondsUntil: 60 }, topics: ["feed"] };
    expect(decodeBroadcast(encodeBroadcast(broadcast))).toEqual(broadcast);
    for (const bad of ["", "{}", '{"message":{"type":"X"}}'])
      expect(() => decodeBroadcast(bad)).toThrow(
        expect.objectContaining({ code: "FEED_ANNOUNCEMENT_MALFORMED" }),
      );
  });
});
