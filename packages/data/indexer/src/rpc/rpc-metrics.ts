import { Counter, Gauge, Histogram, type Metrics } from "@ghostchain/service";

const SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

export type RpcMetrics = ReturnType<typeof createRpcMetrics>;

/** `endpoint` is its place in the settings: a URL may hold a key. */
export function createRpcMetrics(registry: Metrics) {
  const registers = [registry];
  return {
    requests: new Counter({
      name: "indexer_rpc_requests_total",
      help: "Requests to each RPC endpoint, by what became of them",
      labelNames: ["chain", "endpoint", "outcome"] as const,
      registers,
    }),
    seconds: new Histogram({
      name: "indexer_rpc_seconds",
      help: "How long each RPC endpoint took to answer, or to fail",
      labelNames: ["chain", "endpoint"] as const,
      buckets: SECONDS,
      registers,
    }),
    score: new Gauge({
      name: "indexer_rpc_score",
      help: "How good each RPC endpoint is: 1 answers at once and never errs, 0 is not used",
      labelNames: ["chain", "endpoint"] as const,
      registers,
    }),
    sourceKind: new Gauge({
      name: "indexer_source_kind",
      help: "1 for the way in which each RPC endpoint tells of new blocks",
      labelNames: ["chain", "endpoint", "kind"] as const,
      registers,
    }),
  };
}
