import { Counter, Histogram, type Metrics } from "@ghostchain/service";

export interface ApiMetrics {
  /** `route` is the pattern, never the path: `/users/:address`. */
  observe(method: string, route: string, status: string, seconds: number): void;
  readonly refused: Counter<"code">;
  /** An answer that may be kept. */
  answered(from: "cache" | "data"): void;
}

export function createApiMetrics(registry: Metrics): ApiMetrics {
  const registers = [registry];
  const seconds = new Histogram({
    name: "api_request_seconds",
    help: "From the request's headers to the end of the answer",
    labelNames: ["method", "route", "status"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const answers = new Counter({
    name: "api_cacheable_answers_total",
    help: "Answers of routes whose answers are kept, by where they came from",
    labelNames: ["from"],
    registers,
  });
  const answersFrom = { cache: answers.labels("cache"), data: answers.labels("data") };
  // Finding a series by its labels costs more than counting in it. There are as many as there are routes and statuses.
  const series = new Map<string, ReturnType<typeof seconds.labels>>();
  return {
    answered: (from) => answersFrom[from].inc(),
    observe(method, route, status, value) {
      const name = `${method} ${status} ${route}`;
      let one = series.get(name);
      if (!one) {
        one = seconds.labels(method, route, status);
        series.set(name, one);
      }
      one.observe(value);
    },
    refused: new Counter({
      name: "api_refused_total",
      help: "Requests over their budget and logins that failed, by error code",
      labelNames: ["code"],
      registers,
    }),
  };
}
