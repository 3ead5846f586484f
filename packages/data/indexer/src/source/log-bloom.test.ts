import fc from "fast-check";
import { type Hex, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { bloomBits, LogBloom } from "./log-bloom.ts";

function bloomOf(items: readonly Hex[]): Hex {
  const bytes = new Uint8Array(256);
  for (const { bytes: at, masks } of items.map(bloomBits))
    for (const i of [0, 1, 2] as const) bytes[at[i]] = (bytes[at[i]] ?? 0) | masks[i];
  return toHex(bytes);
}

const item = fc.uint8Array({ minLength: 20, maxLength: 32 }).map((bytes) => toHex(bytes));

describe("bloomBits", () => {
  it("sets the bits that Ethereum sets for 0x0000…00 and for the Transfer topic", () => {
    // Bits 2047 - i of the big-endian bloom, worked out by hand from keccak256 of twenty zero bytes:
    // 5380c7b7ae81… gives 0x380, 0x7b7 mod 2048 and 0x681.
    const { bytes, masks } = bloomBits(`0x${"00".repeat(20)}`);
    expect(bytes.map((byte, i) => 8 * (255 - byte) + Math.log2(masks[i] ?? 0))).toEqual([
      0x380, 0x7b7, 0x681,
    ]);
  });
});

describe("LogBloom", () => {
  it("never excludes what is in it, and seldom includes what is not", () => {
    let wrong = 0;
    let asked = 0;
    fc.assert(
      fc.property(fc.uniqueArray(item, { minLength: 1, maxLength: 10 }), item, (items, other) => {
        const bloom = new LogBloom(bloomOf(items));
        for (const each of items) expect(bloom.mayHave(bloomBits(each))).toBe(true);
        asked += 1;
        if (!items.includes(other) && bloom.mayHave(bloomBits(other))) wrong += 1;
      }),
    );
    expect(wrong).toBeLessThan(asked / 5);
  });

  it("excludes everything when it is empty", () => {
    expect(new LogBloom(`0x${"00".repeat(256)}`).mayHave(bloomBits("0x01"))).toBe(false);
  });
});
