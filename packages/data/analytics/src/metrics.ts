import { Counter, Gauge, Histogram, type Metrics } from "@ghostchain/service";

export type AnalyticsMetrics = ReturnType<typeof createAnalyticsMetrics>;

export function createAnalyticsMetrics(registry: Metrics) {
  const registers = [registry];
  return {
    lagRows: new Gauge({
      name: "analytics_lag_rows",
      help: "Rows of the sequence that are not counted yet",
      registers,
    }),
    rows: new Counter({
      name: "analytics_rows_total",
      help: "Rows of the sequence that were counted",
      registers,
    }),
    rebuilds: new Counter({
      name: "analytics_rebuilds_total",
      help: "Times everything was counted anew",
      labelNames: ["cause"] as const,
      registers,
    }),
    refused: new Counter({
      name: "analytics_refused_amounts_total",
      help: "Values that a product gave as amounts and that are none",
      registers,
    }),
    failures: new Counter({
      name: "analytics_failures_total",
      help: "Attempts to go on that failed and were repeated",
      registers,
    }),
    querySeconds: new Histogram({
      name: "analytics_query_seconds",
      help: "From a question to its answer, where it was not known yet",
      buckets: [0.001, 0.005, 0.01, 0.03, 0.1, 0.3, 1, 5],
      registers,
    }),
  };
}
