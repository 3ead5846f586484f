import { Counter, Gauge, Histogram, type Metrics } from "@ghostchain/service";

export interface DispatcherMetrics {
  /** `method` is one of those this node has, or `unknown`. */
  readonly requests: Counter<"method" | "outcome">;
  readonly requestSeconds: Histogram;
}

export interface ServerMetrics {
  readonly droppedClients: Counter;
}

/** Most answers take well under a millisecond; calls with much gas are the long tail. */
const REQUEST_BUCKETS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];

export function createDispatcherMetrics(
  registry: Metrics,
  figures: { subscriptions(): number },
): DispatcherMetrics {
  const registers = [registry];
  gauge(registry, "rpc_subscriptions", "Subscriptions of all clients.", figures.subscriptions);
  return {
    requests: new Counter({
      name: "rpc_requests_total",
      help: "Requests answered, by method and whether with a result or an error.",
      labelNames: ["method", "outcome"],
      registers,
    }),
    requestSeconds: new Histogram({
      name: "rpc_request_seconds",
      help: "From a parsed request to its answer.",
      buckets: REQUEST_BUCKETS,
      registers,
    }),
  };
}

export function createServerMetrics(
  registry: Metrics,
  figures: { webSockets(): number },
): ServerMetrics {
  gauge(registry, "rpc_websockets", "WebSocket connections that are open.", figures.webSockets);
  return {
    droppedClients: new Counter({
      name: "rpc_dropped_clients_total",
      help: "WebSocket clients that were closed because they did not read.",
      registers: [registry],
    }),
  };
}

/** Read when the scrape comes. */
function gauge(registry: Metrics, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}
