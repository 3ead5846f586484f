import { createIndexer, type Indexer } from "@ghostchain/indexer";
import { createMetrics, Health } from "@ghostchain/service";
import { boardProduct, ledgerProduct } from "../data/ledger-product.ts";
import type { SimWorld } from "../sim-world.ts";
import type { Random } from "../world/random.ts";
import { simClock } from "../world/sim-clock.ts";
import { SimProcess } from "../world/sim-process.ts";

/** A machine that runs one indexer, and starts it again whenever it ends. */
export class IndexerHost {
  readonly #world: SimWorld;
  readonly #random: Random;
  readonly #name: string;
  #process: SimProcess | undefined;
  #indexer: Indexer | undefined;
  #ready = false;
  #stopped: Promise<void> | undefined;

  constructor(world: SimWorld, random: Random, number: number) {
    this.#world = world;
    this.#random = random;
    this.#name = `indexer-${number}`;
  }

  get process(): SimProcess | undefined {
    return this.#process;
  }

  get point() {
    return this.#process?.alive ? this.#indexer?.point : undefined;
  }

  start(): void {
    if (this.#process?.alive || this.#world.isClosing) return;
    const { scheduler, servers, profile, release, logger } = this.#world;
    const process = new SimProcess(this.#name);
    this.#process = process;
    this.#ready = false;
    this.#stopped = undefined;
    const indexer = createIndexer(
      {
        database: this.#world.database(process),
        bus: this.#world.bus(process),
        clock: simClock(scheduler, process),
        logger,
        metrics: createMetrics({ processMetrics: false }),
        health: new Health(),
      },
      {
        products: [ledgerProduct(release), boardProduct()],
        rpc: servers.providers(process, profile),
        pollMs: profile.pollMs,
        horizonBlocks: profile.horizonBlocks,
      },
    );
    this.#indexer = indexer;
    indexer.start(new AbortController().signal).then(
      () => {
        this.#ready = true;
      },
      (error: unknown) => {
        this.#world.trace.remark(`${this.#name} did not start: ${String(error)}`);
        this.kill();
      },
    );
  }

  /** Its supervisor starts it again a little later. */
  kill(): void {
    this.#process?.kill();
    this.#startLater();
  }

  /** As by SIGTERM. @returns once nothing of it is left, which a start that is not over cannot promise */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopOnce();
    return this.#stopped;
  }

  async #stopOnce(): Promise<void> {
    const [process, indexer] = [this.#process, this.#indexer];
    if (!process?.alive || !indexer || !this.#ready) return process?.kill();
    await indexer.stop();
    // What was asked of a server may still be answered.
    await simClock(this.#world.scheduler, process).sleep(30_000);
    this.#world.end(process);
  }

  #startLater(): void {
    this.#world.scheduler.at(undefined, this.#random.between(50, 800), `start ${this.#name}`, () =>
      this.start(),
    );
  }
}
