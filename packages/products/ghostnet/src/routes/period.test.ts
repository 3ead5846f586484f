import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { periodStart } from "./period.ts";

describe("periodStart", () => {
  it.each([
    ["daily", "2026-11-20T16:09:00.000Z", "2026-11-20T00:00:00.000Z"],
    ["weekly", "2026-11-20T16:09:00.000Z", "2026-11-16T00:00:00.000Z"],
    ["weekly", "2026-11-16T00:00:00.000Z", "2026-11-16T00:00:00.000Z"],
    ["weekly", "2026-11-15T23:59:59.999Z", "2026-11-09T00:00:00.000Z"],
  ] as const)("%s of %s began at %s", (period, now, start) => {
    expect(periodStart(period, Date.parse(now)).toISOString()).toBe(start);
  });

  it("finds a Monday for every week, at most seven days back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4e11, max: 4e12 }), (nowMs) => {
        const start = periodStart("weekly", nowMs);
        const backMs = nowMs - start.getTime();
        return start.getUTCDay() === 1 && backMs >= 0 && backMs < 7 * 86_400_000;
      }),
    );
  });
});
