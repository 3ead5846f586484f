import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

const RANGE = { minMs: 250, maxMs: 15_000 };

describe("backoffMs", () => {
  it("stays within its range at any attempt", () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
        const waitMs = backoffMs(attempt, RANGE, chance);
        expect(waitMs).toBeGreaterThanOrEqual(RANGE.minMs);
        expect(waitMs).toBeLessThanOrEqual(RANGE.maxMs);
      }),
    );
  });

  it("can wait twice as long each time, up to the most", () => {
    const longest = [0, 1, 2, 5, 6, 50].map((attempt) => backoffMs(attempt, RANGE, 1));
    expect(longest).toEqual([500, 1000, 2000, 15_000, 15_000, 15_000]);
    expect(backoffMs(5, RANGE, 0)).toBe(250);
  });
});
