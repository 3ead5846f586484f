import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { periodOf } from "./period.ts";

const DAY_MS = 86_400_000;

describe("periodOf", () => {
  it.each([
    ["daily", "2026-11-20T16:09:00.000Z", "2026-11-20T00:00:00.000Z"],
    ["weekly", "2026-11-20T16:09:00.000Z", "2026-11-16T00:00:00.000Z"],
    ["weekly", "2026-11-16T00:00:00.000Z", "2026-11-16T00:00:00.000Z"],
    ["weekly", "2026-11-15T23:59:59.999Z", "2026-11-09T00:00:00.000Z"],
    ["weekly", "2027-01-01T12:00:00.000Z", "2026-12-28T00:00:00.000Z"],
  ] as const)("%s at %s began at %s", (period, now, start) => {
    expect(periodOf(period, Date.parse(now)).start.toISOString()).toBe(start);
  });

  it("holds its moment, begins a week on a Monday, and ends where the next begins", () => {
    const periods = fc.constantFrom("daily" as const, "weekly" as const);
    fc.assert(
      fc.property(periods, fc.integer({ min: 4e11, max: 4e12 }), (period, nowMs) => {
        const { start, end } = periodOf(period, nowMs);
        expect(start.getTime()).toBeLessThanOrEqual(nowMs);
        expect(end.getTime()).toBeGreaterThan(nowMs);
        expect(end.getTime() - start.getTime()).toBe(period === "daily" ? DAY_MS : 7 * DAY_MS);
        if (period === "weekly") expect(start.getUTCDay()).toBe(1);
        expect(periodOf(period, end.getTime()).start).toEqual(end);
        expect(periodOf(period, end.getTime() - 1)).toEqual({ start, end });
      }),
    );
  });
});
