import type { Database } from "@ghostchain/database";
import type { EventBus } from "@ghostchain/event-bus";
import { BROADCAST_CHANNEL, encodeBroadcast } from "@ghostchain/feed";
import type { JobContext, Product, ProductJob } from "@ghostchain/product";
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
const GRACE_MS = 500;

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
    const { database: sql, bus, clock } = this.#deps;
    const logger = this.#deps.logger.child({ product, job: job.name });
    const late = new AbortController();
    const done = new AbortController();
    const broadcast: JobContext["broadcast"] = (message, topics) =>
      bus.publish(BROADCAST_CHANNEL, encodeBroadcast({ message, topics }));
    const signal = AbortSignal.any([held, late.signal]);
    const ended = job
      .run({ sql, clock, logger, signal, broadcast })
      .catch((error: unknown) => {
        if (!held.aborted)
          logger.error({ err: error }, "a job failed; it runs again when it is due");
      })
      .finally(() => done.abort());
    const over = AbortSignal.any([held, done.signal]);
    void this.#pause(RUN_MAX_MS, over).then(() => {
      if (over.aborted) return;
      logger.error(
        {},
        "a job takes too long and is told to end; until it does, it does not run again",
      );
      late.abort(new Error("the job had its time"));
    });
    await Promise.race([ended, this.#grace(held, done.signal)]);
  }

  /** From when all jobs must end: a moment for this one to do so. One that will not is left alone. */
  async #grace(held: AbortSignal, done: AbortSignal): Promise<void> {
    if (!held.aborted)
      await new Promise((resolve) =>
        held.addEventListener("abort", resolve, { once: true, signal: done }),
      );
    await this.#pause(GRACE_MS, done);
  }

  async #pause(durationMs: number, signal: AbortSignal): Promise<void> {
    // Aborted means stopped or handed over: the loops see it.
    await this.#deps.clock.sleep(durationMs, signal).catch(() => {});
  }
}
