import type { Database, Lease } from "@ghostchain/database";
import type { EventBus } from "@ghostchain/event-bus";
import { loadProducts, type Product } from "@ghostchain/product";
import type { Clock, Health, Logger, Metrics, Service } from "@ghostchain/service";
import { Announcer } from "./announcer.ts";
import { ChainFollower, chainLogger, isUnreachable, pauseAfter } from "./chain-follower.ts";
import { ChainHealth } from "./chain-health.ts";
import { prepareTables } from "./chain-identity.ts";
import {
  type ChainsSettings,
  chainsOf,
  MAIN_CHAIN,
  type NamedChain,
  requireChains,
} from "./chain-settings.ts";
import type { TrackerDeps } from "./chain-tracker.ts";
import { LogRouter } from "./log-router.ts";
import { createIndexerMetrics, type IndexerMetrics } from "./metrics.ts";
import { openPool } from "./rpc/open-pool.ts";
import type { RpcPool } from "./rpc/rpc-pool.ts";
import { Sequence } from "./sequence.ts";
import type { ChainPoint } from "./source/block.ts";
import { ChainSource } from "./source/chain-source.ts";
import { LogScope } from "./source/log-scope.ts";
import { rebuildsAsked } from "./store/progress.ts";

export interface IndexerDeps {
  readonly database: Database;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
}

/** One chain by its `rpc`, or several, each by its name, in `chains`. */
export type IndexerSettings = ChainsSettings & {
  readonly products: readonly Product[];
  /** How long `start` waits for a chain that is not up yet. Default 10 s. */
  readonly connectTimeoutMs?: number;
};

export interface Indexer extends Service {
  /** The last block of the main chain (else of the first) in the tables; undefined while this process does not write. */
  readonly point: ChainPoint | undefined;
  /** The last block in the tables of each chain, by its name; empty while this process does not write. */
  readonly points: ReadonlyMap<string, ChainPoint>;
  /**
   * Goes on with other products: what is being written is finished, new tables are made, and what changed is derived
   * anew under a new epoch. Tables of a product that is gone stay as they are. When it fails, the old ones go on.
   *
   * @throws {ProductError} for a product that could not work; {DatabaseError} from a migration
   */
  reload(products: readonly Product[]): Promise<void>;
}

/**
 * Keeps the products' tables and the feed where the chains are. One process writes at a time: others that start wait,
 * and take over when it ends. A chain that is down holds up no other.
 *
 * @throws {ProductError} for a product that could not work; {IndexerError} `INDEXER_CHAIN_UNKNOWN`
 */
export function createIndexer(deps: IndexerDeps, settings: IndexerSettings): Indexer {
  return new ChainIndexer(deps, settings);
}

const LEASE = "indexer";
/** The lease of a process that was killed is free well before that. */
const STANDBY_AFTER_MS = 2_000;
const CONTROL_EVERY_MS = 500;

class ChainIndexer implements Indexer {
  readonly name = "indexer";
  readonly #deps: IndexerDeps;
  readonly #connectTimeoutMs: number;
  readonly #chains: readonly (NamedChain & { readonly pool: RpcPool })[];
  readonly #health: ChainHealth;
  readonly #metrics: IndexerMetrics;
  readonly #stopping = new AbortController();
  #products: readonly Product[];
  #followers: readonly ChainFollower[];
  #session = new AbortController();
  #running: Promise<void> | undefined;
  #reloading: Promise<void> = Promise.resolve();
  #helping: Promise<unknown> = Promise.resolve();

  constructor(deps: IndexerDeps, settings: IndexerSettings) {
    this.#products = loadProducts(settings.products);
    const chains = chainsOf(settings);
    requireChains(this.#products, chains);
    this.#deps = { ...deps, logger: deps.logger.child({ module: "indexer" }) };
    this.#connectTimeoutMs = settings.connectTimeoutMs ?? 10_000;
    this.#health = new ChainHealth(
      deps.health,
      this.name,
      chains.map(({ name }) => name),
    );
    this.#metrics = createIndexerMetrics(deps.metrics);
    const poolDeps = { ...this.#deps, metrics: this.#metrics.rpc };
    this.#chains = chains.map((chain) => ({ ...chain, pool: openPool(poolDeps, chain) }));
    this.#followers = this.#assemble(this.#products);
  }

  get point(): ChainPoint | undefined {
    const main = this.#followers.find(({ chain }) => chain === MAIN_CHAIN) ?? this.#followers[0];
    return main?.point;
  }

  get points(): ReadonlyMap<string, ChainPoint> {
    return new Map(
      this.#followers.flatMap(({ chain, point }) => (point === undefined ? [] : [[chain, point]])),
    );
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#health.setAll("starting", "preparing tables");
    await prepareTables(this.#deps.database, this.#products);
    await this.#reach(AbortSignal.any([signal, this.#stopping.signal]));
    this.#begin();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the indexer was stopped"));
    await this.#reloading;
    await this.#running;
    await this.#helping;
    for (const { pool } of this.#chains) pool.close();
    this.#health.setAll("stopped");
  }

  reload(products: readonly Product[]): Promise<void> {
    const reloaded = this.#reloading.then(() => this.#reload(products));
    this.#reloading = reloaded.catch(() => {});
    return reloaded;
  }

  async #reload(products: readonly Product[]): Promise<void> {
    this.#stopping.signal.throwIfAborted();
    const loaded = loadProducts(products);
    requireChains(loaded, this.#chains);
    this.#session.abort(new Error("the products are loaded again"));
    await this.#running;
    try {
      await prepareTables(this.#deps.database, loaded);
      this.#products = loaded;
      this.#followers = this.#assemble(loaded);
    } finally {
      this.#begin();
    }
  }

  #assemble(products: readonly Product[]): ChainFollower[] {
    const { database, bus, clock, logger } = this.#deps;
    const several = this.#chains.length > 1;
    const sequence = new Sequence(database);
    const announcer = new Announcer(bus, logger);
    return this.#chains.map(({ name, pool, verification, rpc: _, rpcLimits: __, ...following }) => {
      const own = products.filter((product) => (product.chain ?? MAIN_CHAIN) === name);
      const router = new LogRouter(own);
      const deps: TrackerDeps = {
        ...{ database, clock, announcer, sequence, router, products: own, chain: name },
        logger: chainLogger(logger, name, several),
        metrics: this.#metrics,
        source: new ChainSource(pool, verification),
        scope: new LogScope(router.addresses, router.children),
      };
      return new ChainFollower(deps, this.#health, following);
    });
  }

  /** All chains at once. One that is down is followed later, unless none answers. */
  async #reach(signal: AbortSignal): Promise<void> {
    const reached = await Promise.allSettled(
      this.#followers.map((follower) => follower.reach(this.#connectTimeoutMs, signal)),
    );
    const failed = reached.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    const final = failed.find((reason) => !isUnreachable(reason));
    if (final !== undefined) throw final;
    if (failed.length === reached.length) throw failed[0];
    for (const err of failed)
      this.#deps.logger.warn({ err }, "a chain does not answer yet; the others are followed");
  }

  #begin(): void {
    this.#session = new AbortController();
    this.#running = this.#run(AbortSignal.any([this.#stopping.signal, this.#session.signal]));
  }

  /** Until `signal` aborts: waits for the lease, then writes. */
  async #run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#deps;
    for (let failures = 0; !signal.aborted; ) {
      try {
        const lease = await this.#waitForLease(signal);
        failures = 0;
        try {
          await this.#write(AbortSignal.any([signal, lease.lost]));
        } finally {
          await lease.release();
        }
        if (!signal.aborted) logger.warn({}, "the lease to write was lost");
      } catch (error) {
        failures += 1;
        if (signal.aborted) return;
        logger.warn({ err: error, failures }, "the lease to write cannot be had; trying again");
        const reason = error instanceof Error ? error.message : String(error);
        this.#health.setAll("failing", reason);
        await pauseAfter(failures, clock, signal);
      }
    }
  }

  /** Whoever waits to write helps the one that does: that is its job, so it is ready. */
  async #waitForLease(signal: AbortSignal): Promise<Lease> {
    const { database, clock } = this.#deps;
    this.#health.setAll("starting", "waiting to become the one that writes");
    const waiting = new AbortController();
    const helping = AbortSignal.any([signal, waiting.signal]);
    const helped = this.#followers.map((follower) => follower.help(helping));
    void clock.sleep(STANDBY_AFTER_MS, helping).then(
      () => this.#health.setAll("ready", "standing by: another process writes"),
      () => {},
    );
    try {
      return await database.lock(LEASE, signal);
    } finally {
      waiting.abort();
      // Not waited for here: an answer it still waits for must not hold up who writes now.
      this.#helping = Promise.all([this.#helping, ...helped]);
    }
  }

  async #write(signal: AbortSignal): Promise<void> {
    const { writing, sequenceId } = this.#metrics;
    writing.set(1);
    try {
      await Promise.all([
        this.#control(signal),
        ...this.#followers.map((follower) => follower.follow(signal)),
      ]);
    } finally {
      writing.set(0);
      sequenceId.set(0);
    }
  }

  /** Hears what is asked for through the database. */
  async #control(signal: AbortSignal): Promise<void> {
    const { database, clock, logger } = this.#deps;
    while (!signal.aborted) {
      try {
        const asked = await rebuildsAsked(database);
        for (const follower of this.#followers)
          if (asked.includes(follower.chain)) follower.askRebuild();
      } catch (error) {
        logger.debug({ err: error }, "what is asked for cannot be read; trying again");
      }
      await clock.sleep(CONTROL_EVERY_MS, signal).catch(() => {});
    }
  }
}
