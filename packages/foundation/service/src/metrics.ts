import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Health, ServiceStatus } from "./health.ts";

export { Counter, Gauge, Histogram } from "prom-client";

/** One registry a process; each package registers its own in its `metrics.ts`. */
export type Metrics = Registry;

export function createMetrics(options: { processMetrics: boolean }): Metrics {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  return registry;
}

const STATUSES: readonly ServiceStatus[] = ["starting", "ready", "failing", "stopped"];

/** What each service of this process says of itself, for the scrape: 1 at the status it has, 0 at the others. */
export function createHealthMetrics(registry: Metrics, health: Health): void {
  new Gauge({
    name: "service_status",
    help: "1 at the status that each service of this process has",
    labelNames: ["service", "status"],
    registers: [registry],
    collect() {
      for (const [service, { status }] of Object.entries(health.report().services))
        for (const one of STATUSES) this.set({ service, status: one }, one === status ? 1 : 0);
    },
  });
}
