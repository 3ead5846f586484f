import { keccak256 } from "@ghostchain/crypto";
import { bytesToHex, type Hex } from "@ghostchain/encoding";
import { type Address, parseAddress } from "@ghostchain/evm";
import { ProtocolError } from "./protocol-error.ts";

/** The address with the capitals of EIP-55, for people to read. */
export function checksumAddress(address: Address): Hex {
  const digits = address.slice(2);
  const hash = bytesToHex(keccak256(new TextEncoder().encode(digits))).slice(2);
  const written = [...digits].map((digit, index) =>
    Number.parseInt(hash.charAt(index), 16) >= 8 ? digit.toUpperCase() : digit,
  );
  return `0x${written.join("")}`;
}

/**
 * An address as a person wrote it: with the right capitals, or all in one case and so without a checksum.
 *
 * @throws {EvmError} `ADDRESS_MALFORMED`
 * @throws {ProtocolError} `ADDRESS_CHECKSUM_WRONG`
 */
export function parseChecksumAddress(text: string): Address {
  const address = parseAddress(text);
  const digits = text.slice(2);
  if (digits === digits.toLowerCase() || digits === digits.toUpperCase()) return address;
  const expected = checksumAddress(address);
  if (text === expected) return address;
  throw new ProtocolError({ code: "ADDRESS_CHECKSUM_WRONG", text, expected });
}
