import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withinRate } from "./within-rate.ts";

describe("withinRate", () => {
  it("never lets more than the limit into any window, wherever its edges are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 400 }), { maxLength: 200 }),
        fc.integer({ min: 1, max: 20 }),
        (gapsMs, limit) => {
          const times: number[] = [];
          const accepted: number[] = [];
          let nowMs = 0;
          for (const gapMs of gapsMs) {
            nowMs += gapMs;
            if (withinRate(times, limit, 1000, nowMs)) accepted.push(nowMs);
          }
          for (const at of accepted) {
            const inWindow = accepted.filter((other) => other > at - 1000 && other <= at);
            expect(inWindow.length).toBeLessThanOrEqual(limit);
          }
          expect(times.length).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  it("lets the limit through at once, refuses the next, and goes on a window later", () => {
    const times: number[] = [];
    const answers = Array.from({ length: 21 }, () => withinRate(times, 20, 1000, 5000));
    expect(answers).toEqual([...Array(20).fill(true), false]);
    expect(withinRate(times, 20, 1000, 5999)).toBe(false);
    expect(withinRate(times, 20, 1000, 6000)).toBe(true);
  });
});
