import { Counter, Histogram, type Metrics } from "@ghostchain/service";

export interface RateLimitMetrics {
  readonly seconds: Histogram<"ask">;
  readonly requests: Counter<"ask">;
  readonly unavailable: Counter<"ask">;
}

export function createRateLimitMetrics(registry: Metrics): RateLimitMetrics {
  const registers = [registry];
  return {
    seconds: new Histogram({
      name: "rate_limit_batch_seconds",
      help: "From a batch of requests to the store's answer",
      labelNames: ["ask"],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
      registers,
    }),
    requests: new Counter({
      name: "rate_limit_requests_total",
      help: "Requests that the store was asked about",
      labelNames: ["ask"],
      registers,
    }),
    unavailable: new Counter({
      name: "rate_limit_unavailable_total",
      help: "Requests about which the store could not be asked",
      labelNames: ["ask"],
      registers,
    }),
  };
}
