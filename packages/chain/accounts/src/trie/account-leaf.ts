import { keccak256 } from "@ghostchain/crypto";
import {
  bigIntToBytes,
  bigIntToFixedBytes,
  bytesToBigInt,
  decodeRlp,
  encodeRlp,
  equalBytes,
  hexToBytes,
} from "@ghostchain/encoding";
import {
  type Account,
  type Address,
  EMPTY_CODE_HASH,
  type Hash,
  hashOfBytes,
} from "@ghostchain/evm";
import { AccountsError } from "../accounts-error.ts";
import { EMPTY_TRIE_ROOT } from "./update-trie.ts";

/** An account as the state trie has it. */
export interface RootedAccount extends Account {
  readonly storageRoot: Hash;
}

/** The leaf of an account: RLP of nonce, balance, storage root and code hash. */
export function encodeAccount(account: RootedAccount): Uint8Array {
  return encodeRlp([
    bigIntToBytes(account.nonce),
    bigIntToBytes(account.balanceWei),
    bytesOfHash(account.storageRoot),
    bytesOfHash(account.codeHash),
  ]);
}

/** @throws {AccountsError} `TRIE_NODE_MALFORMED` */
export function decodeAccount(leaf: Uint8Array): RootedAccount {
  const item = decodeRlp(leaf);
  const [nonce, balance, storageRoot, codeHash] = item instanceof Uint8Array ? [] : item;
  const isAccount =
    nonce instanceof Uint8Array &&
    balance instanceof Uint8Array &&
    storageRoot instanceof Uint8Array &&
    codeHash instanceof Uint8Array;
  if (!isAccount) throw new AccountsError({ code: "TRIE_NODE_MALFORMED", reason: "an account" });
  return {
    nonce: bytesToBigInt(nonce),
    balanceWei: bytesToBigInt(balance),
    storageRoot: hashOf(storageRoot),
    codeHash: hashOf(codeHash),
  };
}

/** Key of an account in the state trie. */
export function accountKey(address: Address): Uint8Array {
  return keccak256(hexToBytes(address));
}

/** Key of a slot in its account's storage trie. */
export function slotKey(slot: bigint): Uint8Array {
  return keccak256(bigIntToFixedBytes(slot, 32));
}

/** Leaf of a slot; undefined for zero, which is not stored. */
export function encodeSlot(value: bigint): Uint8Array | undefined {
  return value === 0n ? undefined : encodeRlp(bigIntToBytes(value));
}

/** Most accounts have neither storage nor code: those two hashes need not be spelled out each time. */
const COMMON = [EMPTY_TRIE_ROOT, EMPTY_CODE_HASH].map((hash) => ({
  hash,
  bytes: hexToBytes(hash),
}));

function bytesOfHash(hash: Hash): Uint8Array {
  return COMMON.find((common) => common.hash === hash)?.bytes ?? hexToBytes(hash);
}

function hashOf(bytes: Uint8Array): Hash {
  return COMMON.find((common) => equalBytes(common.bytes, bytes))?.hash ?? hashOfBytes(bytes);
}
