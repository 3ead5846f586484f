import { Counter, Gauge, Histogram, type Metrics } from "@ghostchain/service";
import { createRpcMetrics } from "./rpc/rpc-metrics.ts";

const SECONDS = [0.001, 0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.3, 1, 5];

export type IndexerMetrics = ReturnType<typeof createIndexerMetrics>;

export function createIndexerMetrics(registry: Metrics) {
  const registers = [registry];
  return {
    rpc: createRpcMetrics(registry),
    lagBlocks: new Gauge({
      name: "indexer_lag_blocks",
      help: "Blocks between a chain's newest block and the last one that is stored",
      labelNames: ["chain"] as const,
      registers,
    }),
    blockNumber: new Gauge({
      name: "indexer_block_number",
      help: "The last block of a chain that is stored",
      labelNames: ["chain"] as const,
      registers,
    }),
    writing: new Gauge({
      name: "indexer_writing",
      help: "1 in the process that writes, 0 in those that stand by",
      registers,
    }),
    sequenceId: new Gauge({
      name: "indexer_sequence_id",
      help: "Newest row of the feed that this process wrote; 0 while it does not write",
      registers,
    }),
    headSeenSeconds: new Histogram({
      name: "indexer_head_seen_seconds",
      help: "From a block's completion, by its producer's clock, to hearing of it; where chains say when",
      buckets: SECONDS,
      registers,
    }),
    commitSeconds: new Histogram({
      name: "indexer_commit_seconds",
      help: "From hearing of a block that was pushed to its rows being in the database",
      buckets: SECONDS,
      registers,
    }),
    blockSeconds: new Histogram({
      name: "indexer_block_seconds",
      help: "From hearing of a new block to having announced what it changed",
      buckets: SECONDS,
      registers,
    }),
    stageSeconds: new Histogram({
      name: "indexer_stage_seconds",
      help: "Where the time of a block goes: fetching its logs, storing them, announcing",
      labelNames: ["stage"] as const,
      buckets: SECONDS,
      registers,
    }),
    events: new Counter({ name: "indexer_events_total", help: "Logs that were stored", registers }),
    feedRows: new Counter({
      name: "indexer_feed_rows_total",
      help: "Rows that were added to the feed",
      registers,
    }),
    undecodable: new Counter({
      name: "indexer_undecodable_logs_total",
      help: "Logs that do not fit the event of the ABI they are of",
      registers,
    }),
    reorgDepthBlocks: new Histogram({
      name: "indexer_reorg_depth_blocks",
      help: "How many blocks each reorg took back",
      buckets: [1, 2, 3, 5, 10, 30, 100, 300, 1_000],
      registers,
    }),
    rebuilds: new Counter({
      name: "indexer_rebuilds_total",
      help: "Times everything was derived anew, under another epoch",
      registers,
    }),
    failures: new Counter({
      name: "indexer_failures_total",
      help: "Attempts to go on that failed and were repeated",
      labelNames: ["cause"] as const,
      registers,
    }),
  };
}
