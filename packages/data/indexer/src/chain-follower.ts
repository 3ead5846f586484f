import { randomUUID } from "node:crypto";
import type { Clock, Logger } from "@ghostchain/service";
import { RangeWorker } from "./backfill/range-worker.ts";
import type { ChainHealth } from "./chain-health.ts";
import { identify } from "./chain-identity.ts";
import { type Activity, ChainTracker, type TrackerDeps } from "./chain-tracker.ts";
import { IndexerError } from "./indexer-error.ts";
import type { ChainPoint } from "./source/block.ts";
import { HeadWatcher } from "./source/head-watcher.ts";
import { announceHelper, retireHelper } from "./store/backfill-ranges.ts";
import type { Identity } from "./store/progress.ts";

export interface FollowerSettings {
  readonly pollMs: number;
  readonly horizonBlocks: number;
  readonly backfillLeaseMs: number;
}

const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 2_000;
/** Attempts that may fail before it is said aloud. */
const FAILURES_QUIET = 2;
const REPORT_EVERY_MS = 5_000;
const HELP_EVERY_MS = 1_000;

/** Follows one chain for as long as this process writes, whatever fails in between, and says how it goes. */
export class ChainFollower {
  readonly #deps: TrackerDeps;
  readonly #health: ChainHealth;
  readonly #settings: FollowerSettings;
  #tracker: ChainTracker | undefined;
  #heads: HeadWatcher | undefined;
  #reportedAtMs = 0;

  constructor(deps: TrackerDeps, health: ChainHealth, settings: FollowerSettings) {
    this.#deps = deps;
    this.#health = health;
    this.#settings = settings;
  }

  get chain(): string {
    return this.#deps.chain;
  }

  /** The last block that is in the tables; undefined while this process does not write. */
  get point(): ChainPoint | undefined {
    return this.#tracker?.point;
  }

  /** Has everything of this chain derived anew, as soon as what is being written is. */
  askRebuild(): void {
    this.#tracker?.askRebuild();
    this.#heads?.wake();
  }

  /**
   * Waits for the chain to answer, and refuses one that is not the database's.
   *
   * @throws {IndexerError} `INDEXER_SOURCE_UNREACHABLE`, `INDEXER_CHAIN_MISMATCH`
   */
  async reach(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    for (const untilMs = clock.now() + timeoutMs; ; ) {
      try {
        await identify(this.#deps);
        return;
      } catch (error) {
        if (!isUnreachable(error) || clock.now() >= untilMs) throw error;
      }
      await clock.sleep(RETRY_FIRST_MS, signal);
    }
  }

  /** Until `signal` aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    const { source, clock, logger, metrics } = this.#deps;
    const heads = new HeadWatcher(
      { source, clock, logger, metrics: metrics.rpc },
      this.#settings.pollMs,
    );
    this.#heads = heads;
    for (let failures = 0; !signal.aborted; ) {
      try {
        this.#tracker ??= await this.#open();
        const head = await heads.next(signal);
        const done = metrics.blockSeconds.startTimer();
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
    this.#tracker = undefined;
    heads.close();
    // Whoever writes now knows better.
    metrics.lagBlocks.remove({ chain: this.chain });
    metrics.blockNumber.remove({ chain: this.chain });
  }

  /** While another process writes: fetches history for it, where it has planned any. */
  async help(signal: AbortSignal): Promise<void> {
    const { database, clock, logger, chain } = this.#deps;
    const id = randomUUID();
    const worker = new RangeWorker(this.#deps, this.#settings.backfillLeaseMs);
    let identity: Identity | undefined;
    while (database.kind !== "pglite") {
      await clock.sleep(HELP_EVERY_MS, signal).catch(() => {});
      if (signal.aborted) break;
      try {
        identity ??= await identify(this.#deps);
        const { genesisHash, contractsDigest } = identity;
        const wanted = { chain, genesisHash, contractsDigest };
        await announceHelper(database, id, wanted);
        // What is asked for may have been for another chain at the same place: it is looked at again.
        if (await worker.work(wanted, signal)) identity = undefined;
      } catch (error) {
        identity = undefined;
        if (!signal.aborted) logger.debug({ err: error }, "cannot help to fetch history now");
      }
    }
    // Or it is not counted on any more after a few seconds.
    await retireHelper(database, id).catch(() => {});
  }

  #open(): Promise<ChainTracker> {
    return ChainTracker.open(this.#deps, {
      horizonBlocks: this.#settings.horizonBlocks,
      backfillLeaseMs: this.#settings.backfillLeaseMs,
      onActivity: (activity) => this.#report(activity),
    });
  }

  async #fail(error: unknown, failures: number, signal: AbortSignal): Promise<void> {
    const { clock, logger, metrics } = this.#deps;
    const cause = error instanceof IndexerError ? error.code : "OTHER";
    metrics.failures.inc({ cause });
    const reason = error instanceof Error ? error.message : String(error);
    if (failures > FAILURES_QUIET) {
      this.#health.set(this.chain, "failing", reason);
      logger.error({ err: error, failures }, "indexing does not go on; trying again");
    } else logger.warn({ err: error, failures }, "indexing was interrupted; trying again");
    await pauseAfter(failures, clock, signal);
  }

  #report(activity: Activity): void {
    const { clock, logger } = this.#deps;
    if (activity.kind === "live") {
      this.#health.set(this.chain, "ready", this.#deps.source.pool.trouble);
      return;
    }
    const { kind, done, goal } = activity;
    const what = kind === "history" ? "fetching history" : "deriving tables anew";
    this.#health.set(this.chain, "starting", `${what}: block ${done} of ${goal}`);
    if (clock.now() - this.#reportedAtMs < REPORT_EVERY_MS) return;
    this.#reportedAtMs = clock.now();
    logger.info({ block: done.toString(), goal: goal.toString() }, what);
  }
}

export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof IndexerError)) return false;
  return error.code === "INDEXER_SOURCE_UNREACHABLE" || error.code === "INDEXER_SOURCE_BUSY";
}

/** Longer after each failure; ends early when `signal` aborts. */
export async function pauseAfter(
  failures: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const pauseMs = Math.min(RETRY_FIRST_MS * 2 ** (failures - 1), RETRY_MAX_MS);
  // Aborted means stopped: the loop sees it.
  await clock.sleep(pauseMs, signal).catch(() => {});
}

/** What a chain's lines in the log are told apart by, where there are several. */
export function chainLogger(logger: Logger, chain: string, several: boolean): Logger {
  return several ? logger.child({ chain }) : logger;
}
