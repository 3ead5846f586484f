import type { Database } from "@ghostchain/database";
import type { EventBus } from "@ghostchain/event-bus";
import { loadProducts, type Product } from "@ghostchain/product";
import type { Clock, Health, Logger, Metrics, Service } from "@ghostchain/service";
import { Announcer } from "./announcer.ts";
import { identify, prepareTables } from "./chain-identity.ts";
import { type Activity, ChainTracker, type TrackerDeps } from "./chain-tracker.ts";
import { IndexerError } from "./indexer-error.ts";
import { LogRouter } from "./log-router.ts";
import { createIndexerMetrics } from "./metrics.ts";
import { connect } from "./rpc/connect.ts";
import type { Eip1193Provider } from "./rpc/provider-connection.ts";
import type { RpcConnection } from "./rpc/rpc-connection.ts";
import { Sequence } from "./sequence.ts";
import type { ChainPoint } from "./source/block.ts";
import { ChainSource } from "./source/chain-source.ts";
import { HeadWatcher } from "./source/head-watcher.ts";
import { LogScope } from "./source/log-scope.ts";

export interface IndexerDeps {
  readonly database: Database;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
}

export interface IndexerSettings {
  readonly products: readonly Product[];
  /** A chain in this process, or the URL of one: `http(s)://` is polled, `ws(s)://` pushes. */
  readonly rpc: string | Eip1193Provider;
  /** Between two looks at the head where it is not pushed. Default 250 ms. */
  readonly pollMs?: number;
  /** Reorgs up to this depth are undone row by row; deeper ones cost a rebuild. Default 256. */
  readonly horizonBlocks?: number;
  /** How long `start` waits for a chain that is not up yet. Default 10 s. */
  readonly connectTimeoutMs?: number;
}

export interface Indexer extends Service {
  /** The last block that is in the tables; undefined while this process does not write. */
  readonly point: ChainPoint | undefined;
}

/**
 * Keeps the products' tables and the feed where the chain is. One process writes at a time: others that start wait,
 * and take over when it ends.
 *
 * @throws {ProductError} for a product that could not work
 */
export function createIndexer(deps: IndexerDeps, settings: IndexerSettings): Indexer {
  return new ChainIndexer(deps, settings);
}

const LEASE = "indexer";
const MAIN_CHAIN = "main";
const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 2_000;
/** Attempts that may fail before it is said aloud. */
const FAILURES_QUIET = 2;
const REPORT_EVERY_MS = 5_000;

class ChainIndexer implements Indexer {
  readonly name = "indexer";
  readonly #deps: IndexerDeps;
  readonly #settings: IndexerSettings;
  readonly #connection: RpcConnection;
  readonly #tracking: TrackerDeps;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #tracker: ChainTracker | undefined;
  #reportedAtMs = 0;

  constructor(deps: IndexerDeps, settings: IndexerSettings) {
    const products = loadProducts(settings.products);
    const router = new LogRouter(products);
    const logger = deps.logger.child({ module: "indexer" });
    this.#deps = { ...deps, logger };
    this.#settings = settings;
    this.#connection = connect(settings.rpc);
    this.#tracking = {
      ...this.#deps,
      products,
      router,
      chain: MAIN_CHAIN,
      source: new ChainSource(this.#connection),
      scope: new LogScope(router.addresses, router.children),
      sequence: new Sequence(deps.database),
      metrics: createIndexerMetrics(deps.metrics),
      announcer: new Announcer(deps.bus, logger),
    };
  }

  get point(): ChainPoint | undefined {
    return this.#tracker?.point;
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#deps.health.set(this.name, "starting", "preparing tables");
    await prepareTables(this.#deps.database, this.#tracking.products);
    await this.#reach(AbortSignal.any([signal, this.#stopping.signal]));
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the indexer was stopped"));
    await this.#running;
    this.#connection.close();
    this.#deps.health.set(this.name, "stopped");
  }

  /** Waits for the chain to answer, and refuses one that is not the database's. */
  async #reach(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const untilMs = clock.now() + (this.#settings.connectTimeoutMs ?? 10_000);
    for (;;) {
      try {
        await identify(this.#tracking);
        return;
      } catch (error) {
        const down = error instanceof IndexerError && error.code === "INDEXER_SOURCE_UNREACHABLE";
        if (!down || clock.now() >= untilMs) throw error;
      }
      await clock.sleep(RETRY_FIRST_MS, signal);
    }
  }

  /** For as long as the service lives: waits for the lease, then writes. */
  async #run(): Promise<void> {
    const { database, health, logger } = this.#deps;
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      try {
        health.set(this.name, "starting", "waiting to become the one that writes");
        const lease = await database.lock(LEASE, signal);
        failures = 0;
        try {
          await this.#write(AbortSignal.any([signal, lease.lost]));
        } finally {
          this.#tracker = undefined;
          await lease.release();
        }
        if (!signal.aborted) logger.warn({}, "the lease to write was lost");
      } catch (error) {
        failures += 1;
        if (!signal.aborted) await this.#fail(error, failures, signal);
      }
    }
  }

  /** Follows the chain until `signal` aborts, whatever fails in between. */
  async #write(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#deps;
    const heads = new HeadWatcher(
      { source: this.#tracking.source, clock, logger },
      this.#settings.pollMs ?? 250,
    );
    for (let failures = 0; !signal.aborted; ) {
      try {
        this.#tracker ??= await this.#open();
        const head = await heads.next(signal);
        const done = this.#tracking.metrics.blockSeconds.startTimer();
        const before = this.#tracker.point;
        await this.#tracker.advance(head, signal);
        if (this.#tracker.point !== before) done();
        failures = 0;
        this.#report({ kind: "live" });
      } catch (error) {
        // Only the database knows what of it was committed.
        this.#tracker = undefined;
        failures += 1;
        if (!signal.aborted) await this.#fail(error, failures, signal);
      }
    }
    heads.close();
  }

  #open(): Promise<ChainTracker> {
    return ChainTracker.open(this.#tracking, {
      horizonBlocks: this.#settings.horizonBlocks ?? 256,
      onActivity: (activity) => this.#report(activity),
    });
  }

  async #fail(error: unknown, failures: number, signal: AbortSignal): Promise<void> {
    const { clock, health, logger } = this.#deps;
    const cause = error instanceof IndexerError ? error.code : "OTHER";
    this.#tracking.metrics.failures.inc({ cause });
    const reason = error instanceof Error ? error.message : String(error);
    if (failures > FAILURES_QUIET) {
      health.set(this.name, "failing", reason);
      logger.error({ err: error, failures }, "indexing does not go on; trying again");
    } else logger.warn({ err: error, failures }, "indexing was interrupted; trying again");
    const pauseMs = Math.min(RETRY_FIRST_MS * 2 ** (failures - 1), RETRY_MAX_MS);
    // Aborted means stopped: the loop sees it.
    await clock.sleep(pauseMs, signal).catch(() => {});
  }

  #report(activity: Activity): void {
    const { clock, health, logger } = this.#deps;
    if (activity.kind === "live") {
      health.set(this.name, "ready");
      return;
    }
    const { kind, done, goal } = activity;
    const what = kind === "history" ? "fetching history" : "deriving tables anew";
    health.set(this.name, "starting", `${what}: block ${done} of ${goal}`);
    if (clock.now() - this.#reportedAtMs < REPORT_EVERY_MS) return;
    this.#reportedAtMs = clock.now();
    logger.info({ block: done.toString(), goal: goal.toString() }, what);
  }
}
