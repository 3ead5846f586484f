import { bytesToHex } from "@ghostchain/encoding";
import type { Address, Hash } from "./evm.ts";
import { EvmError } from "./evm-error.ts";

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const HASH = /^0x[0-9a-fA-F]{64}$/;
const ADDRESS_MASK = (1n << 160n) - 1n;

export const ZERO_ADDRESS = `0x${"0".repeat(40)}` as Address;

/** keccak256 of nothing: the code hash of an account without code. */
export const EMPTY_CODE_HASH =
  "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470" as Hash;

/**
 * Any case goes in, lower case comes out; a checksum is not verified.
 *
 * @throws {EvmError} `ADDRESS_MALFORMED` unless it is `0x` and 40 hexadecimal digits
 */
export function parseAddress(text: string): Address {
  if (!ADDRESS.test(text)) throw new EvmError({ code: "ADDRESS_MALFORMED", text });
  return text.toLowerCase() as Address;
}

/** @throws {EvmError} `HASH_MALFORMED` unless it is `0x` and 64 hexadecimal digits */
export function parseHash(text: string): Hash {
  if (!HASH.test(text)) throw new EvmError({ code: "HASH_MALFORMED", text });
  return text.toLowerCase() as Hash;
}

/** The low 20 bytes of a word. */
export function addressOfWord(word: bigint): Address {
  return `0x${(word & ADDRESS_MASK).toString(16).padStart(40, "0")}` as Address;
}

/** Exactly 20 bytes. */
export function addressOfBytes(bytes: Uint8Array): Address {
  return bytesToHex(bytes) as Address;
}

export function wordOfAddress(address: Address): bigint {
  return BigInt(address);
}

/** Exactly 32 bytes. */
export function hashOfBytes(bytes: Uint8Array): Hash {
  return bytesToHex(bytes) as Hash;
}

export function hashOfWord(word: bigint): Hash {
  return `0x${word.toString(16).padStart(64, "0")}` as Hash;
}
