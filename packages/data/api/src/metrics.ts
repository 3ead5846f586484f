import { Counter, Histogram, type Metrics } from "@ghostchain/service";

export interface ApiMetrics {
  /** `route` is the pattern, never the path: `/users/:address`. */
  readonly seconds: Histogram<"method" | "route" | "status">;
  readonly refused: Counter<"code">;
}

export function createApiMetrics(registry: Metrics): ApiMetrics {
  const registers = [registry];
  return {
    seconds: new Histogram({
      name: "api_request_seconds",
      help: "From the request's headers to the end of the answer",
      labelNames: ["method", "route", "status"],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    refused: new Counter({
      name: "api_refused_total",
      help: "Requests over their budget and logins that failed, by error code",
      labelNames: ["code"],
      registers,
    }),
  };
}
