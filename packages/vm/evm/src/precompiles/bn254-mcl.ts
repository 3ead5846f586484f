import { createRequire } from "node:module";
import { concatBytes } from "@ghostchain/encoding";
import type { Fp, G1, G2 } from "mcl-wasm";
import type { Bn254Arithmetic } from "./bn254-arithmetic.ts";

const require = createRequire(import.meta.url);

/** In WebAssembly. */
export async function createMclBn254(): Promise<Bn254Arithmetic> {
  const mcl = require("mcl-wasm") as typeof import("mcl-wasm");
  await mcl.init(mcl.BN_SNARK1);
  const one = new mcl.Fp();
  one.setInt(1);

  /** @throws where it is not below the field's order */
  function readField(bytes: Uint8Array, from: number): Fp {
    const element = new mcl.Fp();
    element.deserialize(bytes.slice(from, from + 32).reverse());
    return element;
  }

  function readG1(bytes: Uint8Array): G1 {
    const point = new mcl.G1();
    if (isZero(bytes)) return point;
    point.setX(readField(bytes, 0));
    point.setY(readField(bytes, 32));
    point.setZ(one);
    return requireMember(point);
  }

  function readExtension(bytes: Uint8Array, from: number) {
    const element = new mcl.Fp2();
    element.set_a(readField(bytes, from + 32));
    element.set_b(readField(bytes, from));
    return element;
  }

  function readG2(bytes: Uint8Array): G2 {
    const point = new mcl.G2();
    if (isZero(bytes)) return point;
    const z = new mcl.Fp2();
    z.setInt(1, 0);
    point.setX(readExtension(bytes, 0));
    point.setY(readExtension(bytes, 64));
    point.setZ(z);
    return requireMember(point);
  }

  function isProductOne(pairs: readonly Uint8Array[]): boolean {
    const product = new mcl.GT();
    product.setInt(1);
    const total = pairs.reduce((factors, pair) => {
      const g1 = readG1(pair.subarray(0, 64));
      const g2 = readG2(pair.subarray(64));
      if (g1.isZero() || g2.isZero()) return factors;
      return mcl.mul(factors, mcl.millerLoop(g1, g2));
    }, product);
    return mcl.finalExp(total).isOne();
  }

  return {
    add: (left, right) => unlessInvalid(() => bytesOf(mcl.add(readG1(left), readG1(right)))),
    multiply: (point, scalar) =>
      unlessInvalid(() => {
        const factor = new mcl.Fr();
        factor.setBigEndianMod(scalar);
        return bytesOf(mcl.mul(readG1(point), factor));
      }),
    isPairingProductOne: (pairs) => unlessInvalid(() => isProductOne(pairs)),
  };
}

function requireMember<P extends G1 | G2>(point: P): P {
  if (!point.isValid() || !point.isValidOrder()) throw new Error("not in the group");
  return point;
}

/** mcl throws at a coordinate out of range; nothing else can fail here. */
function unlessInvalid<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch {
    return undefined;
  }
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function bytesOf(point: G1): Uint8Array {
  if (point.isZero()) return new Uint8Array(64);
  point.normalize();
  return concatBytes(point.getX().serialize().reverse(), point.getY().serialize().reverse());
}
