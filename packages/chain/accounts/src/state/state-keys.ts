import { bigIntToFixedBytes, bytesToBigInt, concatBytes, hexToBytes } from "@ghostchain/encoding";
import { type Address, addressOfBytes, type Hash } from "@ghostchain/evm";
import type { Nibbles } from "../trie/nibbles.ts";

/**
 * Where the state's parts stand in the store. The first byte is the state's, the second tells the newest values from
 * those before. No key of a value is the beginning of another's, so that a version can be put behind one and looked for
 * among the versions of that one alone.
 */
const STATE = 0x73;
const NEWEST = 0x63;
const BEFORE = 0x62;
const TOUCHED = 0x74;

/** Third bytes of the newest values. */
const ACCOUNT = 0x61;
const SLOT = 0x73;
const CODE = 0x63;
const ACCOUNT_NODE = 0x6e;
const STORAGE_NODE = 0x6d;

/** The newest version, and the oldest that is kept. */
export const HEAD_KEY: Uint8Array = Uint8Array.of(STATE, 0x68);
export const OLDEST_KEY: Uint8Array = Uint8Array.of(STATE, 0x6f);

/** Of every account. */
export const ACCOUNTS_PREFIX: Uint8Array = Uint8Array.of(STATE, NEWEST, ACCOUNT);
const SLOTS_PREFIX = Uint8Array.of(STATE, NEWEST, SLOT);
const CODES_PREFIX = Uint8Array.of(STATE, NEWEST, CODE);
const ACCOUNT_NODES_PREFIX = Uint8Array.of(STATE, NEWEST, ACCOUNT_NODE);
const STORAGE_NODES_PREFIX = Uint8Array.of(STATE, NEWEST, STORAGE_NODE);

export function accountKey(address: Address): Uint8Array {
  return concatBytes(ACCOUNTS_PREFIX, hexToBytes(address));
}

export function addressOfKey(key: Uint8Array): Address {
  return addressOfBytes(key.subarray(ACCOUNTS_PREFIX.length));
}

export function slotKey(address: Address, slot: bigint): Uint8Array {
  return concatBytes(slotsPrefix(address), bigIntToFixedBytes(slot, 32));
}

export function slotOfKey(key: Uint8Array): bigint {
  return bytesToBigInt(key.subarray(-32));
}

/** Of every slot of the account. */
export function slotsPrefix(address: Address): Uint8Array {
  return concatBytes(SLOTS_PREFIX, hexToBytes(address));
}

export function codeKey(hash: Hash): Uint8Array {
  return concatBytes(CODES_PREFIX, hexToBytes(hash));
}

/** Of every node of the account's storage trie. */
export function storageNodesPrefix(address: Address): Uint8Array {
  return concatBytes(STORAGE_NODES_PREFIX, hexToBytes(address));
}

export function accountNodeKey(path: Nibbles): Uint8Array {
  return nodeKey(ACCOUNT_NODES_PREFIX, path);
}

/** The prefix, how many steps, and then two of them a byte. */
export function nodeKey(prefix: Uint8Array, path: Nibbles): Uint8Array {
  const from = prefix.length + 1;
  const key = new Uint8Array(from + ((path.length + 1) >> 1));
  key.set(prefix);
  key[from - 1] = path.length;
  for (let index = 0; index < path.length; index++) {
    const at = from + (index >> 1);
    key[at] = (key[at] as number) | ((path[index] as number) << (index % 2 === 0 ? 4 : 0));
  }
  return key;
}

/** Of what was kept under `key`, or all keys that begin so, before one version or another. */
export function beforePrefix(key: Uint8Array): Uint8Array {
  const prefix = key.slice();
  prefix[1] = BEFORE;
  return prefix;
}

/** Of what was kept under `key` before `version`. */
export function beforeKey(key: Uint8Array, version: Uint8Array): Uint8Array {
  return beforePrefix(concatBytes(key, version));
}

/** The key whose older value `beforeKey` is of. */
export function keyOfBeforeKey(stored: Uint8Array): Uint8Array {
  const key = stored.slice(0, stored.length - VERSION_BYTES);
  key[1] = NEWEST;
  return key;
}

/** Of the list of keys that `version` changed. */
export function touchedKey(version: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(STATE, TOUCHED), version);
}

/** A version at the end of a key. */
export const VERSION_BYTES = 8;
