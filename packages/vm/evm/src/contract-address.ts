import { keccak256 } from "@ghostchain/crypto";
import {
  bigIntToBytes,
  bigIntToFixedBytes,
  concatBytes,
  encodeRlp,
  hexToBytes,
} from "@ghostchain/encoding";
import { addressOfBytes } from "./address.ts";
import type { Address } from "./evm.ts";

/** Where `creator` puts the contract that it creates with this nonce: by CREATE or by a transaction. */
export function contractAddress(creator: Address, nonce: bigint): Address {
  return lastBytes(encodeRlp([hexToBytes(creator), bigIntToBytes(nonce)]));
}

/** Where CREATE2 puts a contract. @see EIP-1014 */
export function saltedContractAddress(
  creator: Address,
  salt: bigint,
  initCode: Uint8Array,
): Address {
  const parts = [Uint8Array.of(0xff), hexToBytes(creator), bigIntToFixedBytes(salt, 32)];
  return lastBytes(concatBytes(...parts, keccak256(initCode)));
}

function lastBytes(preimage: Uint8Array): Address {
  return addressOfBytes(keccak256(preimage).subarray(12));
}
