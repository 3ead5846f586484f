import type { Hash } from "@ghostchain/evm";
import { CodedError } from "@ghostchain/service";

export type AccountsFault =
  /** A trie node is not what the yellow paper's appendix D allows. */
  | { code: "TRIE_NODE_MALFORMED"; reason: string }
  /** A node that its parent refers to is not in the store: the store is damaged or of another root. */
  | { code: "TRIE_NODE_MISSING"; path: string }
  /** A Merkle proof does not lead from the root to the key. */
  | { code: "PROOF_INVALID"; reason: string }
  /** An account has code that the store does not have: the store is damaged. */
  | { code: "CODE_MISSING"; codeHash: Hash }
  /** The state after this block has been forgotten (`historyBlocks`). */
  | { code: "STATE_NOT_KEPT"; number: bigint; oldestNumber: bigint }
  /** The store has not come to this block yet. */
  | { code: "STATE_NOT_REACHED"; number: bigint; headNumber: bigint | undefined };

export class AccountsError extends CodedError<AccountsFault> {}
