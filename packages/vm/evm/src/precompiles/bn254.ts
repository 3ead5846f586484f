import { includesFork } from "../hardfork.ts";
import type { Precompile } from "../precompile.ts";
import { bn254Arithmetic } from "./bn254-arithmetic.ts";
import { sliceOf } from "./call-input.ts";

/** A point of the first group: x and y, a word each; zeros are the point at infinity. */
const G1_BYTES = 64;

/** A pair: a point of the first group and one of the second, whose coordinates are two words each. */
const PAIR_BYTES = 192;

/** @see EIP-196; EIP-1108 (Istanbul) for gas */
export const bn254Add: Precompile = {
  name: "ecadd",
  since: "byzantium",
  gas: (_input, hardfork) => (includesFork(hardfork, "istanbul") ? 150n : 500n),
  run: (input) =>
    bn254Arithmetic().add(sliceOf(input, 0, G1_BYTES), sliceOf(input, G1_BYTES, G1_BYTES)),
};

/** @see EIP-196; EIP-1108 (Istanbul) for gas */
export const bn254Multiply: Precompile = {
  name: "ecmul",
  since: "byzantium",
  gas: (_input, hardfork) => (includesFork(hardfork, "istanbul") ? 6000n : 40_000n),
  run: (input) =>
    bn254Arithmetic().multiply(sliceOf(input, 0, G1_BYTES), sliceOf(input, G1_BYTES, 32)),
};

/**
 * The word 1 where the product of the pairings is one, else the word 0.
 *
 * @see EIP-197; EIP-1108 (Istanbul) for gas
 */
export const bn254Pairing: Precompile = {
  name: "ecpairing",
  since: "byzantium",
  gas(input, hardfork) {
    const pairs = BigInt(Math.floor(input.length / PAIR_BYTES));
    return includesFork(hardfork, "istanbul")
      ? 45_000n + 34_000n * pairs
      : 100_000n + 80_000n * pairs;
  },
  run(input) {
    if (input.length % PAIR_BYTES !== 0) return undefined;
    const isOne = bn254Arithmetic().isPairingProductOne(pairsOf(input));
    return isOne === undefined ? undefined : new Uint8Array(32).fill(isOne ? 1 : 0, 31);
  },
};

function pairsOf(input: Uint8Array): Uint8Array[] {
  return Array.from({ length: input.length / PAIR_BYTES }, (_, index) =>
    sliceOf(input, index * PAIR_BYTES, PAIR_BYTES),
  );
}
