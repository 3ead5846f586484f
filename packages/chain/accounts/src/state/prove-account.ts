import { bytesToBigInt } from "@ghostchain/encoding";
import { type Address, EMPTY_CODE_HASH, type Hash } from "@ghostchain/evm";
import { accountKey, slotKey as slotTrieKey } from "../trie/account-leaf.ts";
import { proveKey } from "../trie/prove.ts";
import { EMPTY_TRIE_ROOT } from "../trie/update-trie.ts";
import { accountNodeKey, nodeKey, slotKey, storageNodesPrefix } from "./state-keys.ts";
import { rootedAccount } from "./state-reader.ts";
import type { StateView } from "./state-view.ts";

/** An account and some of its slots, with what proves them to whoever has the state root. */
export interface AccountProof {
  readonly nonce: bigint;
  readonly balanceWei: bigint;
  readonly codeHash: Hash;
  readonly storageHash: Hash;
  /** RLP nodes from the root to the leaf, or to the node that proves absence. */
  readonly accountProof: readonly Uint8Array[];
  readonly storageProof: readonly {
    readonly slot: bigint;
    readonly value: bigint;
    readonly proof: readonly Uint8Array[];
  }[];
}

/** @see EIP-1186 */
export function proveAccount(
  view: StateView,
  address: Address,
  slots: readonly bigint[],
): AccountProof {
  const account = rootedAccount(view, address);
  const accountNodes = { get: (path: Uint8Array) => view.get(accountNodeKey(path)) };
  const prefix = storageNodesPrefix(address);
  const storageNodes = { get: (path: Uint8Array) => view.get(nodeKey(prefix, path)) };
  return {
    nonce: account?.nonce ?? 0n,
    balanceWei: account?.balanceWei ?? 0n,
    codeHash: account?.codeHash ?? EMPTY_CODE_HASH,
    storageHash: account?.storageRoot ?? EMPTY_TRIE_ROOT,
    accountProof: proveKey(accountNodes, accountKey(address)),
    storageProof: slots.map((slot) => {
      const value = view.get(slotKey(address, slot));
      return {
        slot,
        value: value === undefined ? 0n : bytesToBigInt(value),
        proof: proveKey(storageNodes, slotTrieKey(slot)),
      };
    }),
  };
}
