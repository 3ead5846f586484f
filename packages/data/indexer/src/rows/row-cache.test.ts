import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RowCache } from "./row-cache.ts";

const entry = (value: number) => ({ now: value, stored: value, reread: false });

describe("RowCache", () => {
  it("never says of a row that was there that it is not", () => {
    const keys = fc.array(fc.string({ unit: "binary", maxLength: 3 }), { maxLength: 40 });
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 4 }), (all, rows) => {
        const cache = new RowCache<number>(rows);
        cache.clear({ complete: true });
        for (const [i, key] of all.entries()) {
          cache.set(key, entry(i));
          cache.trim();
        }
        for (const key of all)
          expect(cache.get(key) !== undefined || !cache.knowsAbsent(key)).toBe(true);
      }),
    );
  });

  it("keeps what is used, lets go of the rest, and still knows most of what never was", () => {
    const cache = new RowCache<number>(100);
    cache.clear({ complete: true });
    for (let i = 0; i < 100_000; i++) {
      cache.set(`0x${i}`, entry(i));
      cache.get("0x0");
      cache.trim();
    }
    expect(cache.get("0x0")).toBeDefined();
    expect(cache.get("0x500")).toBeUndefined();
    let mistaken = 0;
    for (let i = 0; i < 10_000; i++) if (!cache.knowsAbsent(`other ${i}`)) mistaken += 1;
    expect(mistaken).toBeLessThan(10);
  });

  it("knows nothing of a table that was not empty", () => {
    const cache = new RowCache<number>(10);
    expect(cache.knowsAbsent("a")).toBe(false);
    cache.clear({ complete: false });
    expect(cache.knowsAbsent("a")).toBe(false);
  });
});
