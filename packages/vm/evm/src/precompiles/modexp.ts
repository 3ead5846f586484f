import { bigIntToFixedBytes, bytesToBigInt, EMPTY_BYTES } from "@ghostchain/encoding";
import { includesFork } from "../hardfork.ts";
import type { Precompile } from "../precompile.ts";
import { sliceOf, wordOf } from "./call-input.ts";

/**
 * base ** exponent % modulus. The input is the size of each in bytes, a word each, and then the three
 * numbers; the output has the size of the modulus.
 *
 * @see EIP-198; EIP-2565 (Berlin) and EIP-7883 (Osaka) for gas, EIP-7823 (Osaka) for the largest size
 */
export const modexp: Precompile = {
  name: "modexp",
  since: "byzantium",
  gas(input, hardfork) {
    const sizes = sizesOf(input);
    if (includesFork(hardfork, "osaka")) return osakaGas(sizes);
    return includesFork(hardfork, "berlin") ? berlinGas(sizes) : byzantiumGas(sizes);
  },
  run(input, hardfork) {
    const { base, exponent, modulus } = sizesOf(input);
    const largest = larger(base, larger(exponent, modulus));
    if (includesFork(hardfork, "osaka") && largest > OSAKA_LIMIT_BYTES) return undefined;
    if (modulus === 0n) return EMPTY_BYTES;
    // No gas pays for this; it only keeps an absurd size from being worked on.
    if (largest > Number.MAX_SAFE_INTEGER) return undefined;

    const exponentAt = HEADER_BYTES + Number(base);
    const modulusAt = exponentAt + Number(exponent);
    const power = powerModulo(
      bytesToBigInt(sliceOf(input, HEADER_BYTES, Number(base))),
      input.subarray(exponentAt, modulusAt),
      Number(exponent),
      bytesToBigInt(sliceOf(input, modulusAt, Number(modulus))),
    );
    return bigIntToFixedBytes(power, Number(modulus));
  },
};

const HEADER_BYTES = 96;
const OSAKA_LIMIT_BYTES = 1024n;

/** In bytes, up to 2^256 - 1: it is gas that keeps what is worked on small. */
interface Sizes {
  readonly base: bigint;
  readonly exponent: bigint;
  readonly modulus: bigint;
  /** The position of the highest bit in the exponent's first 32 bytes; 0 where there is none. */
  readonly headBits: bigint;
}

function sizesOf(input: Uint8Array): Sizes {
  const base = wordOf(input, 0);
  const exponent = wordOf(input, 32);
  const headBytes = exponent < 32n ? Number(exponent) : 32;
  const head = bytesToBigInt(sliceOf(input, HEADER_BYTES + Number(base), headBytes));
  const headBits = head === 0n ? 0n : BigInt(head.toString(2).length - 1);
  return { base, exponent, modulus: wordOf(input, 64), headBits };
}

function byzantiumGas(sizes: Sizes): bigint {
  const size = larger(sizes.base, sizes.modulus);
  let complexity = size * size;
  if (size > 1024n) complexity = complexity / 16n + 480n * size - 199_680n;
  else if (size > 64n) complexity = complexity / 4n + 96n * size - 3072n;
  return (complexity * iterationCount(sizes, 8n)) / 20n;
}

function berlinGas(sizes: Sizes): bigint {
  const words = (larger(sizes.base, sizes.modulus) + 7n) / 8n;
  return larger((words * words * iterationCount(sizes, 8n)) / 3n, 200n);
}

function osakaGas(sizes: Sizes): bigint {
  const size = larger(sizes.base, sizes.modulus);
  const words = (size + 7n) / 8n;
  const complexity = size > 32n ? 2n * words * words : 16n;
  return larger(complexity * iterationCount(sizes, 16n), 500n);
}

/** About the bits of the exponent, those beyond its first 32 bytes being weighed by their size alone. */
function iterationCount({ exponent, headBits }: Sizes, countPerByte: bigint): bigint {
  const beyondHead = exponent > 32n ? exponent - 32n : 0n;
  return larger(countPerByte * beyondHead + headBits, 1n);
}

/** Four bits of the exponent at a time. It has `exponentBytes` bytes, of which those not given are zero. */
function powerModulo(
  base: bigint,
  exponent: Uint8Array,
  exponentBytes: number,
  modulus: bigint,
): bigint {
  if (modulus <= 1n) return 0n;
  const powers = [1n, base % modulus];
  const powerOf = (nibble: number): bigint => {
    const known = powers[nibble];
    if (known !== undefined) return known;
    const power = (powerOf(nibble - 1) * powerOf(1)) % modulus;
    powers[nibble] = power;
    return power;
  };
  let power = 1n;
  const appendBits = (nibble: number) => {
    for (let bit = 0; bit < 4 && power !== 1n; bit += 1) power = (power * power) % modulus;
    if (nibble !== 0) power = (power * powerOf(nibble)) % modulus;
  };
  for (const byte of exponent) {
    appendBits(byte >> 4);
    appendBits(byte & 15);
  }
  // A power of 0 or 1 stays what it is however often it is squared.
  for (let at = exponent.length; at < exponentBytes && power > 1n; at += 1) {
    appendBits(0);
    appendBits(0);
  }
  return power;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
