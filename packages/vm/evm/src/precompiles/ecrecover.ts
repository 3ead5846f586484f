import { keccak256, recoverPublicKey } from "@ghostchain/crypto";
import { EMPTY_BYTES } from "@ghostchain/encoding";
import type { Precompile } from "../precompile.ts";
import { sliceOf, wordOf } from "./call-input.ts";

/**
 * The address that signed: digest, v (27 or 28), r and s, a word each. No output where nobody did; an `s` in
 * the upper half is taken as well.
 *
 * @see Yellow Paper, appendix E
 */
export const ecrecover: Precompile = {
  name: "ecrecover",
  since: "frontier",
  gas: () => 3000n,
  run(input) {
    const v = wordOf(input, 32);
    if (v !== 27n && v !== 28n) return EMPTY_BYTES;
    const publicKey = recoverPublicKey(sliceOf(input, 0, 32), {
      r: wordOf(input, 64),
      s: wordOf(input, 96),
      yParity: v === 27n ? 0 : 1,
    });
    return publicKey === undefined ? EMPTY_BYTES : keccak256(publicKey).fill(0, 0, 12);
  },
};
