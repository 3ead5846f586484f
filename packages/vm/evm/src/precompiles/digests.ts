import { ripemd160, sha256 } from "@ghostchain/crypto";
import type { Precompile } from "../precompile.ts";
import { wordCountOf } from "./call-input.ts";

/** @see Yellow Paper, appendix E */
export const sha256Digest: Precompile = {
  name: "sha256",
  since: "frontier",
  gas: (input) => 60n + 12n * wordCountOf(input),
  run: sha256,
};

/** The 20-byte digest at the end of a word. */
export const ripemd160Digest: Precompile = {
  name: "ripemd160",
  since: "frontier",
  gas: (input) => 600n + 120n * wordCountOf(input),
  run(input) {
    const word = new Uint8Array(32);
    word.set(ripemd160(input), 12);
    return word;
  },
};
