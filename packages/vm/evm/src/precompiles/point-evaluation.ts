import { sha256 } from "@ghostchain/crypto";
import {
  bigIntToFixedBytes,
  bytesToBigInt,
  concatBytes,
  equalBytes,
  hexToBytes,
} from "@ghostchain/encoding";
import type { Precompile } from "../precompile.ts";
import { loadBls } from "./bls12-381-curve.ts";

/**
 * Whether the polynomial behind a blob has the value y at z: versioned hash, z, y (a word each), KZG
 * commitment and proof (48 bytes each). The output is always the same two words: how many elements a blob
 * has, and the order of their field.
 *
 * @see EIP-4844, "Point evaluation precompile"
 */
export const pointEvaluation: Precompile = {
  name: "kzg_point_evaluation",
  since: "cancun",
  gas: () => 50_000n,
  run(input) {
    if (input.length !== 192) return undefined;
    const commitment = input.subarray(96, 144);
    if (!equalBytes(input.subarray(0, 32), versionedHashOf(commitment))) return undefined;
    const z = bytesToBigInt(input.subarray(32, 64));
    const y = bytesToBigInt(input.subarray(64, 96));
    if (z >= FIELD_ORDER || y >= FIELD_ORDER) return undefined;
    return isProven(commitment, z, y, input.subarray(144)) ? OUTPUT.slice() : undefined;
  },
};

/** Of the scalars of BLS12-381. */
const FIELD_ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;

const ELEMENTS_PER_BLOB = 4096n;

const OUTPUT = concatBytes(
  bigIntToFixedBytes(ELEMENTS_PER_BLOB, 32),
  bigIntToFixedBytes(FIELD_ORDER, 32),
);

const VERSION_KZG = 1;

/**
 * The secret point of the ceremony times the generator of the second group: all of the trusted setup that
 * checking a proof needs (`g2_monomial[1]`).
 */
const SETUP_G2 = hexToBytes(
  "0xb5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2",
);

function versionedHashOf(commitment: Uint8Array): Uint8Array {
  return sha256(commitment).fill(VERSION_KZG, 0, 1);
}

/**
 * Whether p(x) - y is divisible by x - z, at the ceremony's secret s: e(C - y G1, G2) = e(proof, s G2 - z G2).
 *
 * @see polynomial-commitments.md of the consensus specifications, `verify_kzg_proof_impl`
 */
function isProven(commitment: Uint8Array, z: bigint, y: bigint, proof: Uint8Array): boolean {
  const { bls } = loadBls();
  const G1 = bls.G1.Point;
  const G2 = bls.G2.Point;
  const commitmentPoint = parsePoint(() => G1.fromBytes(commitment));
  const proofPoint = parsePoint(() => G1.fromBytes(proof));
  if (commitmentPoint === undefined || proofPoint === undefined) return false;
  const difference = commitmentPoint.subtract(G1.BASE.multiplyUnsafe(y));
  const divisor = G2.fromBytes(SETUP_G2).subtract(G2.BASE.multiplyUnsafe(z));
  const factors = [
    { g1: difference, g2: G2.BASE.negate() },
    { g1: proofPoint, g2: divisor },
  ].filter(({ g1, g2 }) => !g1.is0() && !g2.is0());
  const { Fp12 } = bls.fields;
  return Fp12.eql(bls.pairingBatch(factors), Fp12.ONE);
}

/** Undefined where 48 bytes are no compressed point of the group; infinity is one. */
function parsePoint<P>(parse: () => P): P | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
