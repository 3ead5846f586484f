import type { Precompile } from "../precompile.ts";
import { compressBlake2b } from "./blake2b-compress.ts";

/**
 * The compression function of BLAKE2b with any number of rounds: rounds (4 bytes, big-endian), state (64),
 * message block (128), byte counter (16) and whether this is the final block (1).
 *
 * @see EIP-152
 */
export const blake2f: Precompile = {
  name: "blake2f",
  since: "istanbul",
  gas: (input) => (input.length === INPUT_BYTES ? BigInt(roundsOf(input)) : 0n),
  run(input) {
    const isFinal = input[INPUT_BYTES - 1];
    if (input.length !== INPUT_BYTES || (isFinal !== 0 && isFinal !== 1)) return undefined;
    return compressBlake2b({
      rounds: roundsOf(input),
      state: input.subarray(4, 68),
      block: input.subarray(68, 196),
      counter: input.subarray(196, 212),
      isFinal: isFinal === 1,
    });
  },
};

const INPUT_BYTES = 213;

function roundsOf(input: Uint8Array): number {
  return new DataView(input.buffer, input.byteOffset, input.byteLength).getUint32(0);
}
