import { createRequire } from "node:module";
import { EMPTY_BYTES } from "@ghostchain/encoding";
import type { Precompile } from "../precompile.ts";

const require = createRequire(import.meta.url);

/**
 * Whether a signature of the curve secp256r1 is good: digest, r, s, and x and y of the key, a word each. The
 * output is the word 1, or nothing where it is not, or where the input is not as it should be.
 *
 * @see EIP-7951
 */
export const p256Verify: Precompile = {
  name: "p256verify",
  since: "osaka",
  gas: () => 6900n,
  run(input) {
    return input.length === 160 && isGoodSignature(input) ? TRUE_WORD.slice() : EMPTY_BYTES;
  },
};

const TRUE_WORD = new Uint8Array(32).fill(1, 31);

const UNCOMPRESSED = 0x04;

function isGoodSignature(input: Uint8Array): boolean {
  // Loaded when first called: few programs do, and a node should start at once.
  const { p256 } = require("@noble/curves/nist.js") as typeof import("@noble/curves/nist.js");
  const publicKey = new Uint8Array(65).fill(UNCOMPRESSED, 0, 1);
  publicKey.set(input.subarray(96), 1);
  const options = { prehash: false, lowS: false };
  return p256.verify(input.subarray(32, 96), input.subarray(0, 32), publicKey, options);
}
