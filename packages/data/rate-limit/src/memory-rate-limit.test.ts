import { type Clock, systemClock } from "@ghostchain/service";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryRateLimit } from "./memory-rate-limit.ts";

const RULE = { limit: 10, windowMs: 60_000 };
const START_MS = 1_700_000_000_000;

describe("MemoryRateLimit", () => {
  it("never lets more than the limit into any window, wherever it begins", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 20_000 }), { maxLength: 120 }), async (gapsMs) => {
        const clock = handWound(START_MS);
        const limit = new MemoryRateLimit(clock, RULE, 100);
        const allowed: number[] = [];
        for (const gapMs of gapsMs) {
          clock.ms += gapMs;
          if ((await limit.take("a")).allowed) allowed.push(clock.ms);
        }
        for (const at of allowed) {
          const inWindow = allowed.filter((other) => other > at - RULE.windowMs && other <= at);
          expect(inWindow.length).toBeLessThanOrEqual(RULE.limit);
        }
      }),
    );
  });

  it("lets no burst through at the edge of a window", async () => {
    const clock = handWound(59_999);
    const limit = new MemoryRateLimit(clock, RULE, 100);
    for (let count = 0; count < 10; count += 1) await limit.take("a");
    clock.ms = 60_001;
    expect(await limit.take("a")).toMatchObject({ allowed: false });
  });

  it("says truly when to come back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 9_000 }), { maxLength: 60 }), async (gapsMs) => {
        const clock = handWound(START_MS);
        const limit = new MemoryRateLimit(clock, RULE, 100);
        for (const gapMs of gapsMs) {
          clock.ms += gapMs;
          const { allowed, retryAfterMs } = await limit.take("a");
          if (allowed) continue;
          expect(retryAfterMs).toBeLessThanOrEqual((RULE.windowMs * 13) / 12);
          clock.ms += retryAfterMs;
          expect(await limit.take("a")).toMatchObject({ allowed: true });
        }
      }),
    );
  });

  it("counts what remains, and each key by itself", async () => {
    const limit = new MemoryRateLimit(handWound(0), RULE, 100);
    expect(await limit.take("a")).toEqual({
      allowed: true,
      limit: 10,
      remaining: 9,
      retryAfterMs: 0,
    });
    for (let count = 0; count < 12; count += 1) await limit.take("a");
    expect(await limit.take("a")).toMatchObject({ allowed: false, remaining: 0 });
    expect(await limit.take("b")).toMatchObject({ allowed: true, remaining: 9 });
  });

  it("holds a bounded number of keys and forgets the one seen longest ago", async () => {
    const limit = new MemoryRateLimit(handWound(0), { ...RULE, limit: 1 }, 3);
    for (const key of ["a", "b", "c"]) await limit.take(key);
    await limit.take("a"); // refused, and seen again
    await limit.take("d"); // forgets b
    expect(await limit.take("a")).toMatchObject({ allowed: false });
    expect(await limit.take("b")).toMatchObject({ allowed: true });
  });

  it("survives a clock that goes back", async () => {
    const clock = handWound(600_000);
    const limit = new MemoryRateLimit(clock, RULE, 100);
    for (let count = 0; count < 10; count += 1) await limit.take("a");
    clock.ms = 0;
    expect(await limit.take("a")).toMatchObject({ allowed: false });
  });
});

/** Unlike a `FakeClock` it also goes back. */
function handWound(startMs: number): Clock & { ms: number } {
  return {
    ms: startMs,
    now() {
      return this.ms;
    },
    sleep: systemClock.sleep,
  };
}
