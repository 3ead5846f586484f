import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromLimbs, readAmount, toLimbs } from "./amount-limbs.ts";

const amount = fc.bigInt({ min: 0n, max: (1n << 256n) - 1n });

describe("toLimbs", () => {
  it("adds up word by word to what the amounts add up to", () => {
    fc.assert(
      fc.property(fc.array(amount), (amounts) => {
        const words = [0, 1, 2, 3].map((word) =>
          amounts.reduce((sum, one) => sum + (toLimbs(one)[word] ?? 0n), 0n),
        );
        expect(fromLimbs(words)).toBe(amounts.reduce((sum, one) => sum + one, 0n));
      }),
    );
  });

  it("gives words that fit 64 bits", () => {
    fc.assert(
      fc.property(amount, (one) => {
        for (const word of toLimbs(one)) expect(BigInt.asUintN(64, word)).toBe(word);
      }),
    );
  });
});

describe("fromLimbs", () => {
  it("takes what no row gave for nothing", () => {
    expect(fromLimbs([null, null, null, null])).toBe(0n);
  });
});

describe("readAmount", () => {
  it("reads whole numbers from 0 to 2^256-1, however they are given", () => {
    const max = (1n << 256n) - 1n;
    expect([readAmount("7"), readAmount(7), readAmount(7n)]).toEqual([7n, 7n, 7n]);
    expect([readAmount("0"), readAmount(max.toString())]).toEqual([0n, max]);
  });

  it.each([-1, -1n, "-1", 1.5, "1.5", "0x10", "", 2 ** 53, 1n << 256n, null, true, {}])(
    "is undefined for %s",
    (value) => {
      expect(readAmount(value)).toBeUndefined();
    },
  );
});
