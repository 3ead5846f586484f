import type { Database } from "@ghostchain/database";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { createInProcessBus, type EventBus } from "@ghostchain/event-bus";
import {
  createLogger,
  createMetrics,
  createSilentLogger,
  Health,
  type Logger,
  type Metrics,
  systemClock,
} from "@ghostchain/service";
import { expect } from "vitest";
import type { ChainSettings } from "../../src/chain-settings.ts";
import { createIndexer, type Indexer, type IndexerSettings } from "../../src/indexer.ts";
import type { FakeChain } from "./fake-chain.ts";
import { expectedState, storedState } from "./ledger-model.ts";
import { ledgerProduct } from "./ledger-product.ts";

export const START_BLOCK = 1n;

export interface RunningIndexer {
  readonly indexer: Indexer;
  readonly health: Health;
  readonly metrics: Metrics;
}

/** A database, a bus and the indexers a test starts on them. `TEST_LOG=1` tells what they say. */
export class IndexerStand {
  readonly database: Database;
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly #test: TestDatabase;
  #started: Indexer[] = [];

  private constructor(test: TestDatabase) {
    this.#test = test;
    this.database = test.database;
    this.logger = process.env.TEST_LOG ? createLogger({ level: "debug" }) : createSilentLogger();
    this.bus = createInProcessBus({ logger: this.logger });
  }

  static async open(): Promise<IndexerStand> {
    const stand = new IndexerStand(await openTestDatabase());
    await stand.bus.start(new AbortController().signal);
    return stand;
  }

  /** Starts an indexer of the ledger on what earlier ones have left. */
  async run(
    chain: ChainSettings["rpc"],
    settings: Partial<Omit<ChainSettings & IndexerSettings, "chains">> = {},
  ): Promise<RunningIndexer> {
    const products = [ledgerProduct({ startBlock: START_BLOCK })];
    return this.start({ products, rpc: chain, pollMs: 10, ...settings });
  }

  /** The same with any settings. */
  async start(settings: IndexerSettings): Promise<RunningIndexer> {
    const health = new Health();
    const metrics = createMetrics({ processMetrics: false });
    const { database, bus, logger } = this;
    const indexer = createIndexer(
      { database, bus, clock: systemClock, logger, metrics, health },
      settings,
    );
    this.#started.push(indexer);
    await indexer.start(AbortSignal.timeout(10_000));
    return { indexer, health, metrics };
  }

  async caughtUp({ indexer }: RunningIndexer, chain: FakeChain): Promise<void> {
    const options = { timeout: 10_000, interval: 5 };
    await expect.poll(() => indexer.point?.hash, options).toBe(chain.head.hash);
  }

  /** The tables and the feed are what the chain says. */
  async expectChain(chain: FakeChain): Promise<void> {
    expect(await storedState(this.database)).toEqual(expectedState(chain.blocks, START_BLOCK));
  }

  /** Stops every indexer and empties the database. */
  async reset(): Promise<void> {
    await Promise.all(this.#started.map((indexer) => indexer.stop()));
    this.#started = [];
    await this.database.query("DROP SCHEMA IF EXISTS bank, ledger, indexer, feed CASCADE");
  }

  async close(): Promise<void> {
    await this.reset();
    await this.#test.close();
  }
}
