import { Gauge, type Metrics } from "@ghostchain/service";

/** What the scrape reads when it comes. */
export interface PoolFigures {
  /** Connections that statements run on. */
  used(): number;
  idle(): number;
  /** Statements and transactions that no connection is free for. */
  waiting(): number;
  /** Connections there may be at most. */
  size(): number;
}

/** One database a registry. */
export function createPoolMetrics(registry: Metrics, figures: PoolFigures): void {
  const registers = [registry];
  new Gauge({
    name: "database_pool_connections",
    help: "Connections of the pool that are used and idle, and statements waiting for one",
    labelNames: ["state"],
    registers,
    collect() {
      this.set({ state: "used" }, figures.used());
      this.set({ state: "idle" }, figures.idle());
      this.set({ state: "waiting" }, figures.waiting());
    },
  });
  new Gauge({
    name: "database_pool_size_connections",
    help: "Connections that the pool opens at most",
    registers,
    collect() {
      this.set(figures.size());
    },
  });
}
