export { AccountsError, type AccountsFault } from "./accounts-error.ts";
export { proveKey, verifyProof } from "./trie/prove.ts";
export {
  computeListRoot,
  computeTrieRoot,
  type FullAccount,
  stateRootOf,
} from "./trie/trie-root.ts";
export {
  EMPTY_TRIE_ROOT,
  type TrieEntry,
  type TrieNodeChange,
  type TrieNodes,
  type TrieUpdate,
  updateTrie,
} from "./trie/update-trie.ts";
