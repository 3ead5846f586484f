import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@ghostchain/database";
import { feedPosition } from "@ghostchain/feed";
import type { Product } from "@ghostchain/product";
import { createMetrics, createSilentLogger, systemClock } from "@ghostchain/service";
import { type Analytics, createAnalytics } from "../src/analytics.ts";
import { AnalyticsError } from "../src/analytics-error.ts";
import { countedProduct } from "./counted-product.ts";

export interface StandSettings {
  readonly file?: string;
  readonly products?: readonly Product[];
  readonly nowMs?: number;
}

/** Analytics over a database, and their routes, asked as the API asks them. */
export class AnalyticsStand {
  readonly analytics: Analytics;
  readonly metrics = createMetrics({ processMetrics: false });
  readonly #database: Database;
  readonly #nowMs: number;

  constructor(database: Database, settings: StandSettings = {}) {
    const { file, products = [countedProduct] } = settings;
    this.#database = database;
    this.#nowMs = settings.nowMs ?? Date.now();
    this.analytics = createAnalytics(
      { database, clock: systemClock, logger: createSilentLogger(), metrics: this.metrics },
      { products, pollMs: 3, delayMs: 0, ...(file === undefined ? {} : { file }) },
    );
  }

  async start(): Promise<this> {
    await this.analytics.start(new AbortController().signal);
    return this;
  }

  stop(): Promise<void> {
    return this.analytics.stop();
  }

  /** Until all that is in the feed is counted. */
  async caughtUp(timeoutMs = 30_000): Promise<void> {
    const wanted = await feedPosition(this.#database);
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const { ready, epoch, sequenceId } = this.analytics.progress();
      if (ready && epoch === wanted.epoch && sequenceId === wanted.sequenceId) return;
      if (performance.now() > deadline)
        throw new Error(
          `at ${epoch}:${sequenceId} instead of ${wanted.epoch}:${wanted.sequenceId}`,
        );
      await sleep(2);
    }
  }

  /** The answer, waiting for it while things are counted anew; or, impatiently, what is answered at once. */
  async ask(
    path: string,
    query: Readonly<Record<string, string>> = {},
    { patient = true }: { patient?: boolean } = {},
  ): Promise<unknown> {
    const route = this.analytics.product.routes.find((one) => one.path === `/analytics/${path}`);
    if (route === undefined) throw new Error(`there is no /analytics/${path}`);
    const clock = { ...systemClock, now: () => this.#nowMs };
    const request = {
      params: {},
      query: route.query?.parse(query),
      body: undefined,
      user: undefined,
    };
    for (;;) {
      try {
        return route.response.parse(
          await route.handle(request, { database: this.#database, clock }),
        );
      } catch (error) {
        const warming = error instanceof AnalyticsError && error.code === "ANALYTICS_WARMING";
        if (!warming || !patient) throw error;
        await sleep(2);
      }
    }
  }

  async metric(name: string): Promise<number> {
    const found = await this.metrics.getSingleMetric(name)?.get();
    return (found?.values ?? []).reduce((sum, { value }) => sum + value, 0);
  }
}
