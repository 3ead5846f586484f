import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Range, rangeQuery, resolveRange } from "./period.ts";

const NOW_MS = Date.parse("2026-11-20T16:09:00.000Z");

function resolve(asked: Record<string, string>, nowMs = NOW_MS): Range {
  return resolveRange(rangeQuery.parse(asked), nowMs);
}

function ends({ startMs, endMs, count }: Range) {
  return [new Date(startMs).toISOString(), new Date(endMs).toISOString(), count];
}

describe("resolveRange", () => {
  it.each([
    [{}, ["2026-10-22T00:00:00.000Z", "2026-11-21T00:00:00.000Z", 30]],
    [{ period: "hour" }, ["2026-11-19T17:00:00.000Z", "2026-11-20T17:00:00.000Z", 24]],
    [{ period: "week" }, ["2026-08-31T00:00:00.000Z", "2026-11-23T00:00:00.000Z", 12]],
    [{ from: "2026-11-20" }, ["2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z", 1]],
    [
      { from: "2026-01-01", to: "2026-01-03" },
      ["2026-01-01T00:00:00.000Z", "2026-01-03T00:00:00.000Z", 2],
    ],
    [
      { period: "week", from: "2027-01-01", to: "2027-01-02" },
      ["2026-12-28T00:00:00.000Z", "2027-01-04T00:00:00.000Z", 1],
    ],
    [
      { period: "hour", from: "2026-01-01T01:30:00+02:00", to: "2025-12-31T23:30:00.001Z" },
      ["2025-12-31T23:00:00.000Z", "2026-01-01T00:00:00.000Z", 1],
    ],
  ])("makes whole periods of %j", (asked, expected) => {
    expect(ends(resolve(asked))).toEqual(expected);
  });

  it("holds what was asked for, in periods that begin where they should", () => {
    const moment = fc.integer({ min: 0, max: 4e12 });
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 7e8 }), (fromMs, lengthMs) => {
        const toMs = fromMs + lengthMs;
        for (const period of ["hour", "day", "week"]) {
          const from = new Date(fromMs).toISOString();
          const range = resolve({ period, from, to: new Date(toMs).toISOString() });
          expect(range.startMs).toBeLessThanOrEqual(fromMs);
          expect(range.startMs).toBeGreaterThan(fromMs - range.lengthMs);
          expect(range.endMs).toBeGreaterThanOrEqual(toMs);
          expect(range.endMs).toBeLessThan(toMs + range.lengthMs);
          expect(range.endMs - range.startMs).toBe(range.count * range.lengthMs);
          if (period === "week") expect(new Date(range.startMs).getUTCDay()).toBe(1);
        }
      }),
    );
  });

  it("refuses a range that is empty, and one that is too long", () => {
    const backwards = { from: "2026-01-02", to: "2026-01-02" };
    expect(() => resolve(backwards)).toThrow(
      expect.objectContaining({ code: "ANALYTICS_RANGE_INVALID" }),
    );
    const long = { period: "hour", from: "2026-01-01", to: "2026-02-01T06:00:01Z" };
    expect(() => resolve(long)).toThrow(
      expect.objectContaining({ fault: expect.objectContaining({ periods: 751, max: 750 }) }),
    );
    expect(resolve({ ...long, to: "2026-02-01T06:00:00Z" }).count).toBe(750);
  });
});
