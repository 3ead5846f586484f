import { keccak256 } from "@ghostchain/crypto";
import type { Address } from "viem";

/** Twice as many are kept at most: a chain's busy addresses come again and again. */
const KEPT = 16_384;

/**
 * Gives addresses as they are shown, with the checksum in their letters' case, from 40 digits in lower case.
 *
 * @see EIP-55
 */
export function addressChecksums(): (digits: string) => Address {
  let young = new Map<string, Address>();
  let old = new Map<string, Address>();
  return (digits) => {
    const fresh = young.get(digits);
    if (fresh !== undefined) return fresh;
    const address = old.get(digits) ?? withChecksum(digits);
    young.set(digits, address);
    if (young.size >= KEPT) {
      old = young;
      young = new Map();
    }
    return address;
  };
}

function withChecksum(hex: string): Address {
  const hash = keccak256(Buffer.from(hex, "latin1"));
  let text = "";
  for (let i = 0; i < hex.length; i++) {
    const byte = hash[i >> 1] ?? 0;
    const nibble = i % 2 === 0 ? byte >> 4 : byte & 15;
    const digit = hex[i] ?? "";
    text += nibble >= 8 ? digit.toUpperCase() : digit;
  }
  return `0x${text}`;
}
