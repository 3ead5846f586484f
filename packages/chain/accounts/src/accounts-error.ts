import { CodedError } from "@ghostchain/service";

export type AccountsFault =
  /** A trie node is not what the yellow paper's appendix D allows. */
  | { code: "TRIE_NODE_MALFORMED"; reason: string }
  /** A node that its parent refers to is not in the store: the store is damaged or of another root. */
  | { code: "TRIE_NODE_MISSING"; path: string }
  /** A Merkle proof does not lead from the root to the key. */
  | { code: "PROOF_INVALID"; reason: string };

export class AccountsError extends CodedError<AccountsFault> {}
