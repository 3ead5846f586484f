import { bigIntToBytes, encodeRlp } from "@ghostchain/encoding";
import type { Account, Address, Hash } from "@ghostchain/evm";
import { accountKey, encodeAccount, encodeSlot, slotKey } from "./account-leaf.ts";
import { type TrieEntry, type TrieNodes, updateTrie } from "./update-trie.ts";

const NO_NODES: TrieNodes = { get: () => undefined };

/** Root of a trie of these entries and no others. Of two values for one key the later counts. */
export function computeTrieRoot(entries: Iterable<TrieEntry>): Hash {
  return updateTrie(NO_NODES, entries).root;
}

/** Root of a list that a header commits to (transactions, receipts, withdrawals), by RLP of the index. */
export function computeListRoot(values: readonly Uint8Array[]): Hash {
  return computeTrieRoot(
    values.map((value, index) => [encodeRlp(bigIntToBytes(BigInt(index))), value]),
  );
}

/** An account with all of its storage. Slots that hold zero may be among it. */
export interface FullAccount extends Account {
  readonly storage: ReadonlyMap<bigint, bigint>;
}

/** State root of a whole state held in memory: genesis blocks and tests. */
export function stateRootOf(accounts: Iterable<readonly [Address, FullAccount]>): Hash {
  const entries: TrieEntry[] = [];
  for (const [address, account] of accounts) {
    const storageRoot = storageRootOf(account.storage);
    entries.push([accountKey(address), encodeAccount({ ...account, storageRoot })]);
  }
  return computeTrieRoot(entries);
}

function storageRootOf(storage: ReadonlyMap<bigint, bigint>): Hash {
  const entries: TrieEntry[] = [];
  for (const [slot, value] of storage) entries.push([slotKey(slot), encodeSlot(value)]);
  return computeTrieRoot(entries);
}
