/** A word is an unsigned integer of 256 bits; arithmetic on it wraps around. */
export const WORD_MODULUS = 1n << 256n;
export const MAX_WORD = WORD_MODULUS - 1n;

const SIGN_BIT = 1n << 255n;

/** Any integer, brought into the range of a word. */
export function wrap(value: bigint): bigint {
  return value & MAX_WORD;
}

/** The word read as two's complement: from -2^255 to 2^255 - 1. */
export function toSigned(word: bigint): bigint {
  return word < SIGN_BIT ? word : word - WORD_MODULUS;
}

/** Size of the shortest big-endian form; zero has none. */
export function wordSizeBytes(word: bigint): number {
  return word === 0n ? 0 : Math.ceil(word.toString(16).length / 2);
}
