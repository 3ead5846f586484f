import { bytesToBigInt } from "@ghostchain/encoding";
import type { Precompile } from "../precompile.ts";
import { type BlsGroup, loadBls } from "./bls12-381-curve.ts";
import { g1MsmGas, g2MsmGas } from "./bls12-381-gas.ts";

/** All of EIP-2537. The input of each is of an exact size, or of a number of items of exact sizes. */

const G1_BYTES = 128;
const G2_BYTES = 256;
const SCALAR_BYTES = 32;

/** Points need only be on the curve, not in the group. */
export const blsG1Add: Precompile = {
  name: "bls12_g1add",
  since: "prague",
  gas: () => 375n,
  run: (input) => (input.length === 2 * G1_BYTES ? sum(loadBls().g1, input) : undefined),
};

export const blsG1Msm: Precompile = {
  name: "bls12_g1msm",
  since: "prague",
  gas: (input) => g1MsmGas(Math.floor(input.length / (G1_BYTES + SCALAR_BYTES))),
  run: (input) =>
    isItems(input, G1_BYTES + SCALAR_BYTES) ? weightedSum(loadBls().g1, input) : undefined,
};

/** Points need only be on the curve, not in the group. */
export const blsG2Add: Precompile = {
  name: "bls12_g2add",
  since: "prague",
  gas: () => 600n,
  run: (input) => (input.length === 2 * G2_BYTES ? sum(loadBls().g2, input) : undefined),
};

export const blsG2Msm: Precompile = {
  name: "bls12_g2msm",
  since: "prague",
  gas: (input) => g2MsmGas(Math.floor(input.length / (G2_BYTES + SCALAR_BYTES))),
  run: (input) =>
    isItems(input, G2_BYTES + SCALAR_BYTES) ? weightedSum(loadBls().g2, input) : undefined,
};

/** The word 1 where the product of the pairings is one, else the word 0. */
export const blsPairing: Precompile = {
  name: "bls12_pairing_check",
  since: "prague",
  gas: (input) => 37_700n + 32_600n * BigInt(Math.floor(input.length / (G1_BYTES + G2_BYTES))),
  run(input) {
    if (!isItems(input, G1_BYTES + G2_BYTES)) return undefined;
    const isOne = isPairingProductOne(input);
    return isOne === undefined ? undefined : new Uint8Array(32).fill(isOne ? 1 : 0, 31);
  },
};

export const blsMapToG1: Precompile = {
  name: "bls12_map_fp_to_g1",
  since: "prague",
  gas: () => 5500n,
  run(input) {
    return input.length === G1_BYTES / 2 ? mapToCurve(loadBls().g1, input) : undefined;
  },
};

export const blsMapToG2: Precompile = {
  name: "bls12_map_fp2_to_g2",
  since: "prague",
  gas: () => 23_800n,
  run(input) {
    return input.length === G2_BYTES / 2 ? mapToCurve(loadBls().g2, input) : undefined;
  },
};

function isItems(input: Uint8Array, itemBytes: number): boolean {
  return input.length > 0 && input.length % itemBytes === 0;
}

function itemsOf(input: Uint8Array, itemBytes: number): Uint8Array[] {
  return Array.from({ length: input.length / itemBytes }, (_, index) =>
    input.subarray(index * itemBytes, (index + 1) * itemBytes),
  );
}

function sum<F>(group: BlsGroup<F>, input: Uint8Array): Uint8Array | undefined {
  const left = group.readOnCurve(input.subarray(0, group.pointBytes));
  const right = group.readOnCurve(input.subarray(group.pointBytes));
  if (left === undefined || right === undefined) return undefined;
  return group.write(left.add(right).toAffine());
}

/** The sum of points, each multiplied by the scalar that follows it, which may be any word. */
function weightedSum<F>(group: BlsGroup<F>, input: Uint8Array): Uint8Array | undefined {
  const points = [];
  const scalars = [];
  for (const item of itemsOf(input, group.pointBytes + SCALAR_BYTES)) {
    const point = group.readInGroup(item.subarray(0, group.pointBytes));
    if (point === undefined) return undefined;
    points.push(point);
    scalars.push(group.Point.Fn.create(bytesToBigInt(item.subarray(group.pointBytes))));
  }
  return group.write(group.weightedSum(points, scalars));
}

function mapToCurve<F>(group: BlsGroup<F>, input: Uint8Array): Uint8Array | undefined {
  const element = group.field.read(input);
  return element === undefined ? undefined : group.write(group.mapToCurve(element));
}

function isPairingProductOne(input: Uint8Array): boolean | undefined {
  const { bls, g1, g2 } = loadBls();
  const factors = [];
  for (const item of itemsOf(input, G1_BYTES + G2_BYTES)) {
    const left = g1.readInGroup(item.subarray(0, G1_BYTES));
    const right = g2.readInGroup(item.subarray(G1_BYTES));
    if (left === undefined || right === undefined) return undefined;
    if (!left.is0() && !right.is0()) factors.push({ g1: left, g2: right });
  }
  const { Fp12 } = bls.fields;
  return Fp12.eql(bls.pairingBatch(factors), Fp12.ONE);
}
