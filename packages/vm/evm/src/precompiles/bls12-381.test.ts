import { bigIntToFixedBytes, concatBytes } from "@ghostchain/encoding";
import { bls12_381 as bls } from "@noble/curves/bls12-381.js";
import { describe, expect, it } from "vitest";
import {
  blsG1Add,
  blsG1Msm,
  blsG2Add,
  blsG2Msm,
  blsMapToG1,
  blsMapToG2,
  blsPairing,
} from "./bls12-381.ts";
import { g1MsmGas, g2MsmGas } from "./bls12-381-gas.ts";

const FIELD = bls.fields.Fp.ORDER;
const ORDER = bls.fields.Fr.ORDER;
const number = (value: bigint) => bigIntToFixedBytes(value, 64);
const scalar = (value: bigint) => bigIntToFixedBytes(value, 32);
const ONE = new Uint8Array(32).with(31, 1);
const ZERO = new Uint8Array(32);

function g1(factor: bigint): Uint8Array {
  const { x, y } = bls.G1.Point.BASE.multiplyUnsafe(factor % ORDER).toAffine();
  return concatBytes(number(x), number(y));
}

function g2(factor: bigint): Uint8Array {
  const { x, y } = bls.G2.Point.BASE.multiplyUnsafe(factor % ORDER).toAffine();
  return concatBytes(number(x.c0), number(x.c1), number(y.c0), number(y.c1));
}

describe("the BLS12-381 precompiles", () => {
  it("add and multiply in both groups, by any word, infinity included", () => {
    expect(blsG1Add.run(concatBytes(g1(5n), g1(ORDER - 5n)), "prague")).toEqual(g1(0n));
    expect(blsG2Add.run(concatBytes(g2(5n), g2(0n)), "prague")).toEqual(g2(5n));
    const most = (1n << 256n) - 1n;
    const one = concatBytes(g1(3n), scalar(most));
    expect(blsG1Msm.run(one, "prague")).toEqual(g1(3n * (most % ORDER)));
    const several = [
      g2(1n),
      scalar(ORDER),
      g2(7n),
      scalar(2n),
      g2(0n),
      scalar(9n),
      g2(1n),
      scalar(1n),
    ];
    expect(blsG2Msm.run(concatBytes(...several), "prague")).toEqual(g2(15n));
    expect(blsG1Msm.run(concatBytes(g1(1n), scalar(0n)), "prague")).toEqual(g1(0n));
  });

  it("judge products of pairings", () => {
    const pairs = concatBytes(g1(6n), g2(7n), g1(ORDER - 21n), g2(2n));
    expect(blsPairing.run(pairs, "prague")).toEqual(ONE);
    expect(blsPairing.run(pairs.subarray(384), "prague")).toEqual(ZERO);
    expect(blsPairing.run(concatBytes(g1(0n), g2(2n), g1(1n), g2(0n)), "prague")).toEqual(ONE);
  });

  it("add points outside the group but neither multiply nor pair them", () => {
    const outside = pointOutsideG1();
    expect(blsG1Add.run(concatBytes(outside, g1(0n)), "prague")).toEqual(outside);
    expect(blsG1Msm.run(concatBytes(outside, scalar(1n)), "prague")).toBeUndefined();
    expect(blsPairing.run(concatBytes(outside, g2(0n)), "prague")).toBeUndefined();
  });

  it("refuse what is no point or no number of the field", () => {
    const { x, y } = bls.G1.Point.BASE.toAffine();
    const bad = [
      concatBytes(number(x + FIELD), number(y)),
      concatBytes(number(x), number(y + FIELD)),
      concatBytes(number(x), number(y + 1n)),
      concatBytes(number(x).with(0, 1), number(y)),
      concatBytes(number(FIELD), number(0n)),
    ];
    for (const point of bad) {
      expect(blsG1Add.run(concatBytes(g1(1n), point), "prague")).toBeUndefined();
      expect(blsG1Msm.run(concatBytes(point, scalar(0n)), "prague")).toBeUndefined();
      expect(blsPairing.run(concatBytes(point, g2(0n)), "prague")).toBeUndefined();
    }
    expect(blsMapToG1.run(number(FIELD), "prague")).toBeUndefined();
    expect(blsMapToG1.run(number(FIELD - 1n), "prague")).toHaveLength(128);
    expect(blsMapToG2.run(concatBytes(number(0n), number(FIELD)), "prague")).toBeUndefined();
    expect(blsMapToG2.run(concatBytes(number(0n), number(0n)), "prague")).toHaveLength(256);
  });

  it("refuse any other size, an empty input included", () => {
    const all = [blsG1Add, blsG1Msm, blsG2Add, blsG2Msm, blsPairing, blsMapToG1, blsMapToG2];
    for (const precompile of all) {
      for (const size of [0, 1, 63, 65, 127, 129, 159, 161, 255, 257, 287, 383, 385, 511, 513]) {
        expect(precompile.run(new Uint8Array(size), "prague"), precompile.name).toBeUndefined();
      }
    }
  });
});

describe("the gas of BLS12-381", () => {
  it("is what EIP-2537 says", () => {
    const gas = [blsG1Add, blsG2Add, blsMapToG1, blsMapToG2].map(({ gas }) => gas(ZERO, "prague"));
    expect(gas).toEqual([375n, 600n, 5500n, 23_800n]);
    expect(blsPairing.gas(new Uint8Array(2 * 384), "prague")).toBe(102_900n);
    expect(blsG1Msm.gas(new Uint8Array(2 * 160), "prague")).toBe(22_776n);
    expect([0, 1, 2, 3, 128, 129].map(g1MsmGas)).toEqual([
      0n,
      12_000n,
      22_776n,
      30_528n,
      797_184n,
      803_412n,
    ]);
    expect([0, 1, 2, 3, 128, 129].map(g2MsmGas)).toEqual([
      0n,
      22_500n,
      45_000n,
      62_302n,
      1_509_120n,
      1_520_910n,
    ]);
  });
});

function pointOutsideG1(): Uint8Array {
  const { Fp } = bls.fields;
  for (let x = 1n; ; x += 1n) {
    try {
      const y = Fp.sqrt(Fp.create(x ** 3n + 4n));
      if (!bls.G1.Point.fromAffine({ x, y }).isTorsionFree())
        return concatBytes(number(x), number(y));
    } catch {
      // No square root: no point has this x.
    }
  }
}
