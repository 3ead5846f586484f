export { AccountsError, type AccountsFault } from "./accounts-error.ts";
export { type AppliedBlock, applyBlock } from "./block/apply-block.ts";
export {
  type BlockAttributes,
  type BlockBuilder,
  createBlockBuilder,
  type Inclusion,
  type SealedBlock,
} from "./block/block-builder.ts";
export { BlockError, type BlockExecutionFault } from "./block/block-error.ts";
export type { BlockSite, HeaderOpening } from "./block/block-process.ts";
export { createGenesis, type Genesis } from "./block/genesis.ts";
export {
  type BlockExecution,
  type ExecutedTransaction,
  executeTransaction,
} from "./execution/execute-transaction.ts";
export { ExecutionError, type ExecutionFault } from "./execution/execution-error.ts";
export type {
  TransactionBody,
  TransactionOutcome,
  TransactionSite,
} from "./execution/run-transaction.ts";
export { simulateTransaction } from "./execution/simulate-transaction.ts";
export type { PoolHead } from "./pool/admission.ts";
export type { BlockSelection } from "./pool/block-selection.ts";
export { PoolError, type PoolFault } from "./pool/pool-error.ts";
export {
  DEFAULT_POOL_LIMITS,
  type PoolContent,
  type PoolLimits,
  TransactionPool,
} from "./pool/transaction-pool.ts";
export {
  type AccountState,
  type AccountStateOptions,
  openAccountState,
  type StagedState,
  type StateSnapshot,
  type StateStep,
} from "./state/account-state.ts";
export type { AccountProof } from "./state/prove-account.ts";
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
