export { type ChainSettings, MAIN_CHAIN } from "./chain-settings.ts";
export { createIndexer, type Indexer, type IndexerDeps, type IndexerSettings } from "./indexer.ts";
export { IndexerError, type IndexerFault } from "./indexer-error.ts";
export {
  type ChainStatus,
  type IndexerStatus,
  type LiveChain,
  readIndexerStatus,
  requestRebuild,
} from "./indexer-status.ts";
export { createJobRunner, type JobRunnerDeps } from "./job-runner.ts";
export type { Eip1193Provider } from "./rpc/provider-connection.ts";
export type { ChainPoint } from "./source/block.ts";
export type { Comparison, RowDifference } from "./verify/compare-rows.ts";
export {
  type ChainReport,
  type VerifyDeps,
  type VerifyReport,
  type VerifySettings,
  verifyTables,
} from "./verify/verify-tables.ts";
