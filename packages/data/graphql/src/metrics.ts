import { Counter, Histogram, type Metrics } from "@ghostchain/service";

/** `refused`: by a limit or a rule of ours. `failed`: by our doing. */
export type Outcome = "ok" | "refused" | "failed";

export interface GraphqlMetrics {
  readonly requests: Counter<"outcome">;
  readonly seconds: Histogram;
  readonly cost: Histogram;
}

export function createGraphqlMetrics(registry: Metrics): GraphqlMetrics {
  const registers = [registry];
  return {
    requests: new Counter({
      name: "graphql_requests_total",
      help: "GraphQL operations, by how they ended",
      labelNames: ["outcome"],
      registers,
    }),
    seconds: new Histogram({
      name: "graphql_request_seconds",
      help: "From a GraphQL request to its answer",
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
    cost: new Histogram({
      name: "graphql_operation_cost",
      help: "What operations that ran could have cost at most, in fields",
      buckets: [10, 100, 1_000, 2_500, 5_000, 10_000],
      registers,
    }),
  };
}
