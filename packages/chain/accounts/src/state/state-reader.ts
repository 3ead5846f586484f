import { bytesToBigInt, EMPTY_BYTES } from "@ghostchain/encoding";
import { EMPTY_CODE_HASH, type StateReader } from "@ghostchain/evm";
import { AccountsError } from "../accounts-error.ts";
import { decodeAccount, type RootedAccount } from "../trie/account-leaf.ts";
import { EMPTY_TRIE_ROOT } from "../trie/update-trie.ts";
import { accountKey, codeKey, slotKey } from "./state-keys.ts";
import type { StateView } from "./state-view.ts";

/** What the machine reads of a state. */
export function readerOf(view: StateView): StateReader {
  return {
    account: (address) => {
      const leaf = view.get(accountKey(address));
      return leaf === undefined ? undefined : decodeAccount(leaf);
    },
    storage(address, slot) {
      const value = view.get(slotKey(address, slot));
      return value === undefined ? 0n : bytesToBigInt(value);
    },
    code(codeHash) {
      if (codeHash === EMPTY_CODE_HASH) return EMPTY_BYTES;
      const code = view.get(codeKey(codeHash));
      if (code === undefined) throw new AccountsError({ code: "CODE_MISSING", codeHash });
      return code;
    },
    hasStorage(address) {
      const leaf = view.get(accountKey(address));
      return leaf !== undefined && decodeAccount(leaf).storageRoot !== EMPTY_TRIE_ROOT;
    },
  };
}

export function rootedAccount(
  view: StateView,
  address: Parameters<typeof accountKey>[0],
): RootedAccount | undefined {
  const leaf = view.get(accountKey(address));
  return leaf === undefined ? undefined : decodeAccount(leaf);
}
