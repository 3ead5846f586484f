import { bigIntToFixedBytes, bytesToBigInt, concatBytes, hexToBytes } from "@ghostchain/encoding";
import { type Address, addressOfBytes, type Hash } from "@ghostchain/evm";
import type { Nibbles } from "../trie/nibbles.ts";

/**
 * Names of what the state consists of. No key is the beginning of another, so that a version can be put behind
 * one and looked for among the versions of that key alone.
 */
const ACCOUNT = 0x61;
const SLOT = 0x73;
const CODE = 0x63;
const ACCOUNT_NODE = 0x6e;
const STORAGE_NODE = 0x6d;

export function accountKey(address: Address): Uint8Array {
  return concatBytes(Uint8Array.of(ACCOUNT), hexToBytes(address));
}

/** Of every account. */
export const ACCOUNTS_PREFIX: Uint8Array = Uint8Array.of(ACCOUNT);

export function addressOfKey(key: Uint8Array): Address {
  return addressOfBytes(key.subarray(1));
}

export function slotKey(address: Address, slot: bigint): Uint8Array {
  return concatBytes(slotsPrefix(address), bigIntToFixedBytes(slot, 32));
}

export function slotOfKey(key: Uint8Array): bigint {
  return bytesToBigInt(key.subarray(-32));
}

/** Of every slot of the account. */
export function slotsPrefix(address: Address): Uint8Array {
  return concatBytes(Uint8Array.of(SLOT), hexToBytes(address));
}

export function codeKey(hash: Hash): Uint8Array {
  return concatBytes(Uint8Array.of(CODE), hexToBytes(hash));
}

export function accountNodeKey(path: Nibbles): Uint8Array {
  return concatBytes(Uint8Array.of(ACCOUNT_NODE), packed(path));
}

export function storageNodeKey(address: Address, path: Nibbles): Uint8Array {
  return concatBytes(storageNodesPrefix(address), packed(path));
}

/** Of every node of the account's storage trie. */
export function storageNodesPrefix(address: Address): Uint8Array {
  return concatBytes(Uint8Array.of(STORAGE_NODE), hexToBytes(address));
}

/** How many steps, and then two of them a byte. */
function packed(path: Nibbles): Uint8Array {
  const bytes = new Uint8Array(1 + ((path.length + 1) >> 1));
  bytes[0] = path.length;
  for (let index = 0; index < path.length; index++) {
    const at = 1 + (index >> 1);
    bytes[at] = (bytes[at] as number) | ((path[index] as number) << (index % 2 === 0 ? 4 : 0));
  }
  return bytes;
}
