import type { Database } from "@ghostchain/database";
import type { EventBus } from "@ghostchain/event-bus";
import { BROADCAST_CHANNEL, encodeBroadcast } from "@ghostchain/feed";
import type { Product, ProductJob } from "@ghostchain/product";
import type { Clock, Logger, Service } from "@ghostchain/service";

export interface JobRunnerDeps {
  readonly database: Database;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Runs the products' jobs, each again `everyMs` after it began, never twice at once. Of several processes one runs
 * them; another takes over when it ends.
 */
export function createJobRunner(
  deps: JobRunnerDeps,
  settings: { readonly products: readonly Product[] },
): Service {
  return new JobRunner(
    { ...deps, logger: deps.logger.child({ module: "jobs" }) },
    settings.products,
  );
}

const LEASE = "jobs";
const RETRY_MS = 1_000;
/** A run that takes longer is told to end, by its signal. */
const RUN_MAX_MS = 60_000;

class JobRunner implements Service {
  readonly name = "jobs";
  readonly #deps: JobRunnerDeps;
  readonly #jobs: readonly { readonly product: string; readonly job: ProductJob }[];
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: JobRunnerDeps, products: readonly Product[]) {
    this.#deps = deps;
    this.#jobs = products.flatMap(({ name, jobs }) => jobs.map((job) => ({ product: name, job })));
  }

  async start(): Promise<void> {
    if (this.#jobs.length > 0) this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the jobs were stopped"));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { database, logger } = this.#deps;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const lease = await database.lock(LEASE, signal);
        const held = AbortSignal.any([signal, lease.lost]);
        try {
          await Promise.all(this.#jobs.map(({ product, job }) => this.#repeat(product, job, held)));
        } finally {
          await lease.release();
        }
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, "jobs wait for the database");
        await this.#pause(RETRY_MS, signal);
      }
    }
  }

  async #repeat(product: string, job: ProductJob, held: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!held.aborted) {
      const beganMs = clock.now();
      await this.#runOnce(product, job, held);
      await this.#pause(Math.max(0, beganMs + job.everyMs - clock.now()), held);
    }
  }

  async #runOnce(product: string, job: ProductJob, held: AbortSignal): Promise<void> {
    const { database, bus, clock } = this.#deps;
    const logger = this.#deps.logger.child({ product, job: job.name });
    const signal = AbortSignal.any([held, AbortSignal.timeout(RUN_MAX_MS)]);
    try {
      await job.run({
        sql: database,
        clock,
        logger,
        signal,
        broadcast: (message, topics) =>
          bus.publish(BROADCAST_CHANNEL, encodeBroadcast({ message, topics })),
      });
    } catch (error) {
      if (!held.aborted) logger.error({ err: error }, "a job failed; it runs again when it is due");
    }
  }

  async #pause(durationMs: number, signal: AbortSignal): Promise<void> {
    // Aborted means stopped or handed over: the loops see it.
    await this.#deps.clock.sleep(durationMs, signal).catch(() => {});
  }
}
