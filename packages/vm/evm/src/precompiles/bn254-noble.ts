import { createRequire } from "node:module";
import { bigIntToFixedBytes, bytesToBigInt, concatBytes } from "@ghostchain/encoding";
import type { WeierstrassPoint } from "@noble/curves/abstract/weierstrass.js";
import type { Bn254Arithmetic } from "./bn254-arithmetic.ts";

const require = createRequire(import.meta.url);

/** In JavaScript alone: ready at once, and the oracle for the compiled arithmetic. */
export function createNobleBn254(): Bn254Arithmetic {
  const { bn254 } = require("@noble/curves/bn254.js") as typeof import("@noble/curves/bn254.js");
  const { Fp12, Fr } = bn254.fields;

  const readG1 = (bytes: Uint8Array) =>
    readPoint(() => bn254.G1.Point.fromAffine({ x: numberAt(bytes, 0), y: numberAt(bytes, 32) }));
  const readG2 = (bytes: Uint8Array) =>
    readPoint(() =>
      bn254.G2.Point.fromAffine({
        x: { c0: numberAt(bytes, 32), c1: numberAt(bytes, 0) },
        y: { c0: numberAt(bytes, 96), c1: numberAt(bytes, 64) },
      }),
    );

  return {
    add(left, right) {
      const [a, b] = [readG1(left), readG1(right)];
      return a === undefined || b === undefined ? undefined : bytesOf(a.add(b));
    },
    multiply(point, scalar) {
      const p = readG1(point);
      return p && bytesOf(p.multiplyUnsafe(Fr.create(bytesToBigInt(scalar))));
    },
    isPairingProductOne(pairs) {
      const factors = [];
      for (const pair of pairs) {
        const g1 = readG1(pair.subarray(0, 64));
        const g2 = readG2(pair.subarray(64));
        if (g1 === undefined || g2 === undefined) return undefined;
        if (!g1.is0() && !g2.is0()) factors.push({ g1, g2 });
      }
      return Fp12.eql(bn254.pairingBatch(factors), Fp12.ONE);
    },
  };
}

/** The point, if its coordinates are below the field's order and it lies in the group. */
function readPoint<F>(read: () => WeierstrassPoint<F>): WeierstrassPoint<F> | undefined {
  try {
    const point = read();
    if (!point.is0()) point.assertValidity();
    return point;
  } catch {
    return undefined;
  }
}

function bytesOf(point: WeierstrassPoint<bigint>): Uint8Array {
  const { x, y } = point.toAffine();
  return concatBytes(bigIntToFixedBytes(x, 32), bigIntToFixedBytes(y, 32));
}

function numberAt(bytes: Uint8Array, from: number): bigint {
  return bytesToBigInt(bytes.subarray(from, from + 32));
}
