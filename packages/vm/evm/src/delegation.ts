import { concatBytes, hexToBytes } from "@ghostchain/encoding";
import { addressOfBytes } from "./address.ts";
import type { Address } from "./evm.ts";

/** The three bytes before the address in the code of an account that points to another's (EIP-7702). */
const PREFIX = Uint8Array.of(0xef, 0x01, 0x00);
const DESIGNATOR_BYTES = PREFIX.length + 20;

/** Where this code points to, or undefined where it is ordinary code. */
export function delegationTarget(code: Uint8Array): Address | undefined {
  if (code.length !== DESIGNATOR_BYTES) return undefined;
  if (PREFIX.some((byte, index) => code[index] !== byte)) return undefined;
  return addressOfBytes(code.subarray(PREFIX.length));
}

/** The code of an account that points to `target`. */
export function delegationTo(target: Address): Uint8Array {
  return concatBytes(PREFIX, hexToBytes(target));
}
