import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryRateLimit } from "./rate-limit.ts";

const RULE = { limit: 10, windowMs: 60_000, keys: 100 };

describe("MemoryRateLimit", () => {
  it("never lets more than the limit into any window, wherever it begins", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 20_000 }), { maxLength: 120 }), async (gapsMs) => {
        const limit = new MemoryRateLimit(RULE);
        const allowed: number[] = [];
        let nowMs = 1_700_000_000_000;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          if ((await limit.take("a", nowMs)).allowed) allowed.push(nowMs);
        }
        for (const at of allowed) {
          const inWindow = allowed.filter((other) => other > at - RULE.windowMs && other <= at);
          expect(inWindow.length).toBeLessThanOrEqual(RULE.limit);
        }
      }),
    );
  });

  it("lets no burst through at the edge of a window", async () => {
    const limit = new MemoryRateLimit(RULE);
    for (let count = 0; count < 10; count += 1) await limit.take("a", 59_999);
    expect(await limit.take("a", 60_001)).toMatchObject({ allowed: false });
  });

  it("says truly when to come back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 9_000 }), { maxLength: 60 }), async (gapsMs) => {
        const limit = new MemoryRateLimit(RULE);
        let nowMs = 1_700_000_000_000;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          const { allowed, retryAfterMs } = await limit.take("a", nowMs);
          if (allowed) continue;
          expect(retryAfterMs).toBeLessThanOrEqual((RULE.windowMs * 13) / 12);
          nowMs += retryAfterMs;
          expect(await limit.take("a", nowMs)).toMatchObject({ allowed: true });
        }
      }),
    );
  });

  it("counts what remains, and each key by itself", async () => {
    const limit = new MemoryRateLimit(RULE);
    expect(await limit.take("a", 0)).toEqual({
      allowed: true,
      limit: 10,
      remaining: 9,
      retryAfterMs: 0,
    });
    for (let count = 0; count < 12; count += 1) await limit.take("a", 0);
    expect(await limit.take("a", 0)).toMatchObject({ allowed: false, remaining: 0 });
    expect(await limit.take("b", 0)).toMatchObject({ allowed: true, remaining: 9 });
  });

  it("holds a bounded number of keys and forgets the one seen longest ago", async () => {
    const limit = new MemoryRateLimit({ ...RULE, limit: 1, keys: 3 });
    for (const key of ["a", "b", "c"]) await limit.take(key, 0);
    await limit.take("a", 0); // refused, and seen again
    await limit.take("d", 0); // forgets b
    expect(await limit.take("a", 0)).toMatchObject({ allowed: false });
    expect(await limit.take("b", 0)).toMatchObject({ allowed: true });
  });

  it("survives a clock that goes back", async () => {
    const limit = new MemoryRateLimit(RULE);
    for (let count = 0; count < 10; count += 1) await limit.take("a", 600_000);
    expect(await limit.take("a", 0)).toMatchObject({ allowed: false });
  });
});
