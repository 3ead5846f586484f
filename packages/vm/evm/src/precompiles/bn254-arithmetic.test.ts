import { bigIntToFixedBytes, concatBytes } from "@ghostchain/encoding";
import { bn254 } from "@noble/curves/bn254.js";
import {
  array,
  assert,
  bigInt,
  constantFrom,
  oneof,
  property,
  tuple,
  uint8Array,
} from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Bn254Arithmetic } from "./bn254-arithmetic.ts";
import { createMclBn254 } from "./bn254-mcl.ts";
import { createNobleBn254 } from "./bn254-noble.ts";

const FIELD_ORDER = bn254.fields.Fp.ORDER;
const GROUP_ORDER = bn254.fields.Fr.ORDER;

const word = (value: bigint) => bigIntToFixedBytes(value, 32);
const anyScalar = oneof(
  bigInt({ min: 0n, max: (1n << 256n) - 1n }),
  constantFrom(0n, 1n, 2n, GROUP_ORDER - 1n, GROUP_ORDER, GROUP_ORDER + 1n),
);
const anyG1 = anyScalar.map(g1Bytes);
const anyG2 = anyScalar.map(g2Bytes);
const anyBytes64 = uint8Array({ minLength: 64, maxLength: 64 });

function g1Bytes(scalar: bigint): Uint8Array {
  const point = bn254.G1.Point.BASE.multiplyUnsafe(scalar % GROUP_ORDER);
  const { x, y } = point.toAffine();
  return concatBytes(word(x), word(y));
}

function g2Bytes(scalar: bigint): Uint8Array {
  const point = bn254.G2.Point.BASE.multiplyUnsafe(scalar % GROUP_ORDER);
  const { x, y } = point.toAffine();
  return concatBytes(word(x.c1), word(x.c0), word(y.c1), word(y.c0));
}

describe("the two arithmetics of bn254", () => {
  const noble = createNobleBn254();
  let mcl: Bn254Arithmetic;
  beforeAll(async () => {
    mcl = await createMclBn254();
  });

  it("add alike, whether or not the operands are points", () =>
    assert(
      property(oneof(anyG1, anyBytes64), anyG1, (left, right) => {
        const sum = noble.add(left, right);
        expect(mcl.add(left, right)).toEqual(sum);
        expect(noble.add(right, left)).toEqual(sum);
      }),
    ));

  it("multiply alike by any word", () =>
    assert(
      property(anyG1, anyScalar, (point, scalar) => {
        expect(mcl.multiply(point, word(scalar))).toEqual(noble.multiply(point, word(scalar)));
      }),
    ));

  it("judge products of pairings alike", () =>
    assert(
      property(array(tuple(anyG1, anyG2), { maxLength: 2 }), (pairs) => {
        const bytes = pairs.map(([g1, g2]) => concatBytes(g1, g2));
        expect(mcl.isPairingProductOne(bytes)).toBe(noble.isPairingProductOne(bytes));
      }),
      { numRuns: 10 },
    ));

  it("know that pairing is bilinear", () => {
    const pairs = [
      concatBytes(g1Bytes(6n), g2Bytes(7n)),
      concatBytes(g1Bytes(GROUP_ORDER - 21n), g2Bytes(2n)),
    ];
    for (const arithmetic of [noble, mcl]) {
      expect(arithmetic.isPairingProductOne(pairs)).toBe(true);
      expect(arithmetic.isPairingProductOne(pairs.slice(1))).toBe(false);
      expect(arithmetic.isPairingProductOne([])).toBe(true);
    }
  });

  it("refuse what is no point, a coordinate that is too large, and a point of another group", () => {
    const { x, y } = bn254.G1.Point.BASE.toAffine();
    const points = [
      concatBytes(word(1n), word(1n)),
      concatBytes(word(x + FIELD_ORDER), word(y)),
      concatBytes(word(x), word(y + FIELD_ORDER)),
      concatBytes(word(FIELD_ORDER), word(0n)),
      concatBytes(word(0n), word(FIELD_ORDER)),
    ];
    for (const arithmetic of [noble, mcl]) {
      for (const point of points) {
        expect(arithmetic.add(point, g1Bytes(1n))).toBeUndefined();
        expect(arithmetic.add(g1Bytes(0n), point)).toBeUndefined();
        expect(arithmetic.multiply(point, word(0n))).toBeUndefined();
        expect(arithmetic.isPairingProductOne([concatBytes(point, g2Bytes(0n))])).toBeUndefined();
      }
      const outside = concatBytes(g1Bytes(0n), pointOutsideG2());
      expect(arithmetic.isPairingProductOne([outside])).toBeUndefined();
    }
  });
});

/** On the twist, but not in the subgroup of the pairing. */
function pointOutsideG2(): Uint8Array {
  const { Fp2 } = bn254.fields;
  const { b } = bn254.G2.Point.CURVE();
  for (let c0 = 1n; ; c0 += 1n) {
    const x = Fp2.create({ c0, c1: 0n });
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), b);
    try {
      const y = Fp2.sqrt(square);
      if (bn254.G2.Point.fromAffine({ x, y }).isTorsionFree()) continue;
      return concatBytes(word(x.c1), word(x.c0), word(y.c1), word(y.c0));
    } catch {
      // No square root: no point has this x.
    }
  }
}
