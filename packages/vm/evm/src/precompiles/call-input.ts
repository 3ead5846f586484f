import { bytesToBigInt } from "@ghostchain/encoding";

/** `sizeBytes` of the input from `from` on, as if zeros without end followed it. The caller's own bytes. */
export function sliceOf(input: Uint8Array, from: number, sizeBytes: number): Uint8Array {
  const slice = new Uint8Array(sizeBytes);
  slice.set(input.subarray(from, from + sizeBytes));
  return slice;
}

/** The word at byte `from`, as if zeros without end followed the input. */
export function wordOf(input: Uint8Array, from: number): bigint {
  return bytesToBigInt(sliceOf(input, from, 32));
}

/** How many words of 32 bytes the input takes up, the last perhaps in part. */
export function wordCountOf(input: Uint8Array): bigint {
  return BigInt(Math.ceil(input.length / 32));
}
