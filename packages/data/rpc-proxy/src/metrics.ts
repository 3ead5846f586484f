import { Counter, Gauge, Histogram, type Metrics } from "@ghostchain/service";
import type { MethodWeight } from "./method-table.ts";

/** `shared`: another asked the same at that time. `refused`: by a rule or a limit of ours. */
export type Outcome = "hit" | "miss" | "shared" | "refused" | "error";

export interface RpcProxyMetrics {
  readonly requests: Counter<"class" | "outcome">;
  readonly seconds: Histogram<"outcome">;
  readonly upstreamFailures: Counter;
  readonly storeErrors: Counter;
}

/** What the scrape reads when it comes, so that nothing is counted twice on the hot path. */
export interface RpcProxyFigures {
  cacheBytes(): number;
  headNumber(): number;
  upstreamRequests(): number;
  queue(): number;
}

/** The class of what is no known method. */
export type RequestClass = MethodWeight | "unknown";

export function createRpcProxyMetrics(
  registry: Metrics,
  figures: RpcProxyFigures,
): RpcProxyMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge("rpc_proxy_cache_bytes", "Answers kept in this process", figures.cacheBytes);
  gauge("rpc_proxy_head_number", "The block that the proxy goes by", figures.headNumber);
  gauge("rpc_proxy_upstream_requests", "Requests that upstreams work on", figures.upstreamRequests);
  gauge("rpc_proxy_queue_requests", "Requests that wait for an upstream", figures.queue);
  return {
    requests: new Counter({
      name: "rpc_proxy_requests_total",
      help: "JSON-RPC calls, by what they cost and where their answer came from",
      labelNames: ["class", "outcome"],
      registers,
    }),
    seconds: new Histogram({
      name: "rpc_proxy_request_seconds",
      help: "From a call to its answer",
      labelNames: ["outcome"],
      buckets: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15],
      registers,
    }),
    upstreamFailures: new Counter({
      name: "rpc_proxy_upstream_failures_total",
      help: "Requests that an upstream did not answer",
      registers,
    }),
    storeErrors: new Counter({
      name: "rpc_proxy_store_errors_total",
      help: "Commands that the shared cache did not answer",
      registers,
    }),
  };
}
