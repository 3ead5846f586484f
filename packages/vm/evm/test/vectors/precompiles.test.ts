import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { bigIntToFixedBytes, bytesToHex, concatBytes, hexToBytes } from "@ghostchain/encoding";
import { listVectorFiles, testVectors } from "@ghostchain/tools/vectors";
import { describe, expect } from "vitest";
import type { Precompile } from "../../src/precompile.ts";
import {
  blsG1Add,
  blsG1Msm,
  blsG2Add,
  blsG2Msm,
  blsMapToG1,
  blsMapToG2,
  blsPairing,
} from "../../src/precompiles/bls12-381.ts";

interface BlsVector {
  readonly Name: string;
  readonly Input: string;
  readonly Expected?: string;
  readonly Gas?: number;
  readonly ExpectedError?: string;
}

/** By how a file's name begins, less `fail-`. */
const BLS_PRECOMPILES: Readonly<Record<string, Precompile>> = {
  add_G1: blsG1Add,
  add_G2: blsG2Add,
  msm_G1: blsG1Msm,
  msm_G2: blsG2Msm,
  mul_G1: blsG1Msm,
  mul_G2: blsG2Msm,
  map_fp_to_G1: blsMapToG1,
  map_fp2_to_G2: blsMapToG2,
  pairing_check: blsPairing,
};

/** A field element and the point of the group it maps to; the two numbers of an extension have a comma. */
interface MapVector {
  readonly u: readonly string[];
  readonly P: { readonly x: string; readonly y: string };
}

describe("precompiles", () => {
  testVectors("bls/hash_to_curve (map)", "bls/blst/vectors/hash_to_curve", (directory, tally) => {
    for (const [group, precompile] of [
      ["G1", blsMapToG1],
      ["G2", blsMapToG2],
    ] as const) {
      const file = join(directory, `BLS12381${group}_XMD_SHA-256_SSWU_NU_.json`);
      const vectors: MapVector[] = JSON.parse(readFileSync(file, "utf8")).vectors;
      for (const { u, P } of vectors) {
        tally.check(`${group} ${u[0]}`, () => {
          const output = precompile.run(encode(u[0] ?? ""), "prague");
          expect(output).toEqual(concatBytes(encode(P.x), encode(P.y)));
        });
      }
    }
  });

  testVectors("eips/eip-2537", "eips/eip-2537", (directory, tally) => {
    for (const file of listVectorFiles(directory)) {
      const name = basename(file, "_bls.json").replace("fail-", "");
      const precompile = BLS_PRECOMPILES[name];
      const vectors: BlsVector[] = JSON.parse(readFileSync(file, "utf8"));
      for (const vector of vectors) {
        tally.check(`${basename(file)} ${vector.Name}`, () => {
          if (precompile === undefined) throw new Error(`no precompile for ${file}`);
          expectBls(precompile, vector);
        });
      }
    }
  });
});

/** As EIP-2537 writes field elements. */
function encode(element: string): Uint8Array {
  return concatBytes(...element.split(",").map((number) => bigIntToFixedBytes(BigInt(number), 64)));
}

function expectBls(precompile: Precompile, vector: BlsVector): void {
  const input = hexToBytes(`0x${vector.Input}`);
  const output = precompile.run(input, "prague");
  const hex = output === undefined ? undefined : bytesToHex(output).slice(2);
  expect(hex).toBe(vector.Expected);
  if (vector.Gas !== undefined) expect(precompile.gas(input, "prague")).toBe(BigInt(vector.Gas));
}
