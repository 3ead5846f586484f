import type { Address, Hex } from "viem";

/** The value of one 32-byte word, given as 64 digits; undefined for one that is not as the ABI writes it. */
export type WordDecoder = (word: string) => bigint | number | boolean | Hex | undefined;

/** The decoder of a type that fits in one word; undefined for any other type. */
export function wordDecoder(
  type: string,
  checksum: (digits: string) => Address,
): WordDecoder | undefined {
  if (type === "address") return (word) => checksum(word.slice(ADDRESS_AT));
  if (type === "bool") return decodeBool;
  const [, kind, digits] = /^(u?int|bytes)(\d+)$/.exec(type) ?? [];
  if (kind === undefined) return undefined;
  const size = Number(digits);
  if (kind === "bytes") return (word) => `0x${word.slice(0, size * 2)}`;
  // Where the values of a type are safe integers they are numbers, as in viem.
  if (size > NUMBER_BITS) return kind === "uint" ? decodeUint : decodeInt;
  return kind === "uint" ? decodeSmallUint : decodeSmallInt;
}

const NUMBER_BITS = 48;
const ADDRESS_AT = 24;
const SMALL_AT = 52;
const SMALL_ZEROS = "0".repeat(SMALL_AT);
const SMALL_MAX = 2n ** BigInt(NUMBER_BITS);
const BOOL_ZEROS = "0".repeat(63);

function decodeBool(word: string): boolean | undefined {
  if (!word.startsWith(BOOL_ZEROS)) return undefined;
  const last = word[63];
  return last === "1" ? true : last === "0" ? false : undefined;
}

function decodeUint(word: string): bigint {
  return BigInt(`0x${word}`);
}

function decodeInt(word: string): bigint {
  return BigInt.asIntN(256, BigInt(`0x${word}`));
}

function decodeSmallUint(word: string): number | undefined {
  return word.startsWith(SMALL_ZEROS) ? Number.parseInt(word.slice(SMALL_AT), 16) : undefined;
}

function decodeSmallInt(word: string): number | undefined {
  const value = decodeInt(word);
  return value < SMALL_MAX && value >= -SMALL_MAX ? Number(value) : undefined;
}
