import { Counter, Gauge, Histogram, type Metrics } from "@ghostchain/service";

export interface NodeMetrics {
  readonly headNumber: Gauge;
  readonly poolTransactions: Gauge;
  readonly transactions: Counter;
  readonly gas: Counter;
  readonly reorgs: Counter;
  readonly rejectedBlocks: Counter;
  readonly executeSeconds: Histogram;
  readonly commitSeconds: Histogram;
}

/** A block a second is normal; the buckets show where one goes beyond it. */
const BLOCK_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export function createNodeMetrics(registry: Metrics): NodeMetrics {
  const registers = [registry];
  return {
    headNumber: new Gauge({
      name: "node_head_block_number",
      help: "Number of the newest block of the canonical chain.",
      registers,
    }),
    poolTransactions: new Gauge({
      name: "node_pool_transactions",
      help: "Transactions waiting, those with a nonce gap before them included.",
      registers,
    }),
    transactions: new Counter({
      name: "node_transactions_total",
      help: "Transactions in blocks added to the canonical chain.",
      registers,
    }),
    gas: new Counter({
      name: "node_gas_used_total",
      help: "Gas used by blocks added to the canonical chain.",
      registers,
    }),
    reorgs: new Counter({
      name: "node_reorgs_total",
      help: "Times the canonical chain gave up blocks for others.",
      registers,
    }),
    rejectedBlocks: new Counter({
      name: "node_blocks_rejected_total",
      help: "Blocks offered for import that broke a rule.",
      registers,
    }),
    executeSeconds: new Histogram({
      name: "node_block_execute_seconds",
      help: "Executing a block's transactions and computing its state root.",
      buckets: BLOCK_BUCKETS,
      registers,
    }),
    commitSeconds: new Histogram({
      name: "node_block_commit_seconds",
      help: "Making a block and its state durable.",
      buckets: BLOCK_BUCKETS,
      registers,
    }),
  };
}
