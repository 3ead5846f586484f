/** An amount as four words of 64 bits, least first: each column adds up exactly, and so do they together. */
export type Limbs = readonly [bigint, bigint, bigint, bigint];

const WORD_BITS = 64n;
const WORD = (1n << WORD_BITS) - 1n;
const AMOUNT_MAX = (1n << 256n) - 1n;

export function toLimbs(amount: bigint): Limbs {
  return [
    amount & WORD,
    (amount >> WORD_BITS) & WORD,
    (amount >> (2n * WORD_BITS)) & WORD,
    amount >> (3n * WORD_BITS),
  ];
}

/** @param sums - of each word; they may be far beyond 64 bits, and are null where there was nothing to add */
export function fromLimbs(sums: readonly (bigint | null)[]): bigint {
  return sums.reduceRight<bigint>((sum, word) => (sum << WORD_BITS) + (word ?? 0n), 0n);
}

/** @returns undefined for anything but a whole number from 0 to 2^256-1 */
export function readAmount(value: unknown): bigint | undefined {
  const amount = wholeNumber(value);
  return amount !== undefined && amount >= 0n && amount <= AMOUNT_MAX ? amount : undefined;
}

function wholeNumber(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === "string" && /^\d{1,78}$/.test(value) ? BigInt(value) : undefined;
}
