import type { Database } from "@ghostchain/database";
import { ensureFeed } from "@ghostchain/feed";
import type { Product } from "@ghostchain/product";
import type { Clock, Logger, Metrics, Service } from "@ghostchain/service";
import { AnalyticsError } from "./analytics-error.ts";
import { AnswerCache } from "./answer-cache.ts";
import type { Answered } from "./ask.ts";
import { EventCounter } from "./count-events.ts";
import { countNext, type Step } from "./count-sequence.ts";
import { type AnalyticsMetrics, createAnalyticsMetrics } from "./metrics.ts";
import { ensureGeneration, readGeneration, requestAnalyticsRebuild } from "./rebuild-request.ts";
import { createAnalyticsRoutes } from "./routes.ts";
import { loadDuck, type StoreLimits } from "./store/duck-connection.ts";
import { EventStore, type StoreSettings, type StoreState } from "./store/event-store.ts";
import type { StoreReader } from "./store/read-queue.ts";

export interface AnalyticsDeps {
  /** Started before. */
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface AnalyticsSettings {
  readonly products: readonly Product[];
  /** Of this process alone; without it everything is in memory, and counted anew at each start. */
  readonly file?: string;
  /** What DuckDB may use. Default 96 MB and two threads. */
  readonly limits?: StoreLimits;
  /** Between two looks at the sequence. Default 500. */
  readonly pollMs?: number;
  /** From the start to the first look, so that a process is up before it counts. Default 3000. */
  readonly delayMs?: number;
  /** Default 5000. */
  readonly queryTimeoutMs?: number;
}

/** Where the counting is. */
export interface AnalyticsProgress {
  /** Whether questions are answered. */
  readonly ready: boolean;
  readonly epoch: string;
  /** The last row that was counted. */
  readonly sequenceId: number;
  /** The last row of the sequence, once it is known. */
  readonly head: number | undefined;
}

export interface Analytics extends Service {
  /** `GET /analytics/…`, to be served beside those of the products. */
  readonly product: Product;
  progress(): AnalyticsProgress;
  /** Counts everything anew, here and in every other process of this database. */
  rebuild(): Promise<void>;
}

/**
 * Counts what the sequence tells, and answers by period of time. Starting opens nothing: DuckDB is loaded and the
 * counting begins a little later, beside everything else, and goes on until it stops.
 */
export function createAnalytics(deps: AnalyticsDeps, settings: AnalyticsSettings): Analytics {
  return new AnalyticsService(deps, settings);
}

const RETRY_MAX_MS = 10_000;
/** A file that cannot be read is made anew; one that breaks again and again is not, for a while. */
const REMAKE_EVERY_MS = 60_000;
/** For an estimate of how long the rest takes. */
const ROWS_PER_SECOND = 20_000;

class AnalyticsService implements Analytics {
  readonly name = "analytics";
  readonly product: Product;
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: AnalyticsMetrics;
  readonly #settings: AnalyticsSettings;
  readonly #storeSettings: StoreSettings;
  readonly #counter: EventCounter;
  readonly #answers = new AnswerCache<object & Answered>();
  readonly #refusedOnce = new Set<string>();
  #stopping = new AbortController();
  /** Aborts when somebody asks before anything is counted. */
  #hurry = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #store: EventStore | undefined;
  /** What was held when the sequence was counted to its end; undefined until then, and while it is counted anew. */
  #whole: StoreState | undefined;
  #head: number | undefined;
  /** Set by a question that the store could not answer. */
  #broken: unknown;
  #remadeAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: AnalyticsDeps, settings: AnalyticsSettings) {
    this.#database = deps.database;
    this.#clock = deps.clock;
    this.#logger = deps.logger.child({ module: "analytics" });
    this.#metrics = createAnalyticsMetrics(deps.metrics);
    this.#settings = settings;
    this.#storeSettings = {
      file: settings.file,
      limits: settings.limits ?? { memoryMb: 96, threads: 2 },
      queryTimeoutMs: settings.queryTimeoutMs ?? 5_000,
    };
    this.#counter = new EventCounter(settings.products, (sum, type) => this.#refuse(sum, type));
    this.product = {
      ...{ name: "analytics", contracts: {}, migrations: [], tables: [], projections: {} },
      ...{ feed: {}, jobs: [] },
      routes: createAnalyticsRoutes(settings.products, (key, read) => this.#ask(key, read)),
    };
  }

  async start(): Promise<void> {
    this.#stopping = new AbortController();
    this.#hurry = new AbortController();
    this.#running = this.#run(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    // a long write is given up
    const store = this.#store;
    this.#store = undefined;
    this.#whole = undefined;
    await store?.close();
    await this.#running;
  }

  progress(): AnalyticsProgress {
    const { epoch = "", sequenceId = 0 } = this.#store?.state ?? {};
    return { ready: this.#whole !== undefined, epoch, sequenceId, head: this.#head };
  }

  rebuild(): Promise<void> {
    return requestAnalyticsRebuild(this.#database);
  }

  async #run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    let pauseMs = this.#settings.pollMs ?? 500;
    await this.#pause(
      this.#settings.delayMs ?? 3_000,
      AbortSignal.any([signal, this.#hurry.signal]),
    );
    for (; !signal.aborted; await this.#pause(pauseMs, signal)) {
      try {
        await this.#catchUp(signal);
        failures = 0;
        pauseMs = this.#settings.pollMs ?? 500;
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        pauseMs = Math.min(250 * 2 ** failures, RETRY_MAX_MS);
        this.#metrics.failures.inc();
        this.#logger.warn({ err: error, failures }, "analytics cannot go on; trying again");
        if (this.#store && failures > 1) await this.#dropStore();
      }
    }
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    if (this.#broken !== undefined) await this.#replaceBroken();
    if (this.#store === undefined) await this.#open(signal);
    const generation = await readGeneration(this.#database);
    for (;;) {
      const store = this.#store;
      if (store === undefined || signal.aborted) return;
      const step = await countNext(
        { database: this.#database, store, counter: this.#counter },
        generation,
      );
      this.#note(step, store);
      if (step.restarted === undefined && store.state.sequenceId >= step.position.sequenceId)
        return;
    }
  }

  #note({ position, counted, restarted }: Step, store: EventStore): void {
    this.#head = position.sequenceId;
    this.#metrics.rows.inc(counted);
    this.#metrics.lagRows.set(position.sequenceId - store.state.sequenceId);
    if (restarted !== undefined) {
      this.#whole = undefined;
      this.#metrics.rebuilds.inc({ cause: restarted });
      this.#logger.info({ cause: restarted, rows: position.sequenceId }, "counting anew");
    } else if (store.state.sequenceId >= position.sequenceId) this.#whole = store.state;
  }

  async #open(signal: AbortSignal): Promise<void> {
    await ensureFeed(this.#database);
    await ensureGeneration(this.#database);
    const duck = await loadDuck();
    const store = await EventStore.open(duck, this.#storeSettings).catch((error: unknown) => {
      if (error instanceof AnalyticsError) throw error;
      this.#remake(error);
      return EventStore.open(duck, this.#storeSettings);
    });
    if (signal.aborted) await store.close();
    else this.#store = store;
  }

  /** Everything in the file can be counted again. */
  #remake(error: unknown): void {
    this.#remadeAtMs = this.#clock.now();
    this.#metrics.rebuilds.inc({ cause: "broken" });
    this.#logger.warn({ err: error }, "the analytics file cannot be read and is made anew");
    EventStore.remove(this.#settings.file);
  }

  async #replaceBroken(): Promise<void> {
    const error = this.#broken;
    this.#broken = undefined;
    await this.#dropStore();
    if (this.#clock.now() - this.#remadeAtMs >= REMAKE_EVERY_MS) this.#remake(error);
  }

  async #dropStore(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    this.#whole = undefined;
    await store?.close();
  }

  #ask<T extends object>(
    key: string,
    read: (reader: StoreReader) => Promise<T>,
  ): Promise<T & Answered> {
    const store = this.#store;
    if (store === undefined || !this.#isWhole(store.state)) {
      this.#hurry.abort();
      return Promise.reject(this.#warming());
    }
    const { epoch, sequenceId, generation } = store.state;
    const stamp = `${epoch} ${generation} ${sequenceId}`;
    // a key is asked with one kind of reading alone
    return this.#answers.get(key, stamp, () => this.#read(store, read)) as Promise<T & Answered>;
  }

  async #read<T extends object>(
    store: EventStore,
    read: (reader: StoreReader) => Promise<T>,
  ): Promise<T & Answered> {
    const done = this.#metrics.querySeconds.startTimer();
    try {
      return await store.reads.read(async (reader) => {
        const held = await readHeld(reader);
        // emptied since it was asked
        if (!this.#isWhole(held)) throw this.#warming();
        const { epoch, sequenceId } = held;
        return { ...(await read(reader)), epoch, sequenceId };
      });
    } catch (error) {
      if (error instanceof AnalyticsError) throw error;
      this.#broken = error;
      throw new AnalyticsError(
        { code: "ANALYTICS_STORE_BROKEN", status: 503, retryAfterSeconds: 5 },
        "what was counted cannot be read; it is counted anew",
        { cause: error },
      );
    } finally {
      done();
    }
  }

  #isWhole({ epoch, generation, sequenceId }: Held): boolean {
    const whole = this.#whole;
    if (whole?.epoch !== epoch || whole.generation !== generation) return false;
    return sequenceId >= whole.sequenceId;
  }

  #warming(): AnalyticsError {
    const { sequenceId, head } = this.progress();
    const left = Math.max(0, (head ?? 0) - sequenceId);
    const retryAfterSeconds = Math.min(60, 1 + Math.ceil(left / ROWS_PER_SECOND));
    const far = head === undefined ? "it has just begun" : `it is at ${sequenceId} of ${head}`;
    return new AnalyticsError(
      { code: "ANALYTICS_WARMING", status: 503, retryAfterSeconds, sequenceId, head },
      `the sequence is still being counted (${far}): come again in ${retryAfterSeconds} s`,
    );
  }

  #refuse(sum: string, type: string): void {
    this.#metrics.refused.inc();
    const key = `${sum} ${type}`;
    if (this.#refusedOnce.has(key)) return;
    this.#refusedOnce.add(key);
    this.#logger.error({ sum, type }, "a product gave something that is no amount: not counted");
  }

  /** Until the time is over or the signal aborts. */
  async #pause(durationMs: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#clock.sleep(durationMs, signal);
    } catch {
      // aborted: whoever waits looks at the signal
    }
  }
}

type Held = Pick<StoreState, "epoch" | "generation" | "sequenceId">;

async function readHeld(reader: StoreReader): Promise<Held> {
  const [row = []] = await reader.rows("SELECT epoch, generation, sequence_id FROM state");
  const [epoch, generation, sequenceId] = row;
  return {
    epoch: String(epoch),
    generation: Number(generation),
    sequenceId: Number(sequenceId),
  };
}
