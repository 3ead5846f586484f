import { randomUUID } from "node:crypto";
import type { Database } from "@ghostchain/database";
import type { Product } from "@ghostchain/product";
import type { Clock, Logger } from "@ghostchain/service";
import { LogRouter } from "../log-router.ts";
import type { ChainSource } from "../source/chain-source.ts";
import { HistoryReader, type Stretch } from "../source/history-reader.ts";
import { LogScope } from "../source/log-scope.ts";
import {
  type ClaimedRange,
  claimRange,
  finishPart,
  releaseClaim,
  renewClaim,
  type Wanted,
} from "../store/backfill-ranges.ts";
import { loadChildren } from "../store/children.ts";
import { loadBlocks } from "../store/raw-events.ts";

export interface RangeWorkerDeps {
  readonly database: Database;
  readonly source: ChainSource;
  readonly products: readonly Product[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Ranges that one process fetches at the same time. */
const RANGES_AT_ONCE = 3;
const RETRY_MS = 500;

/**
 * Fetches ranges of history that the writer has planned, and stores their raw events, in whatever process it runs. A
 * range is its own by a lease: should that end while it still fetches, what it then wants to store is refused.
 */
export class RangeWorker {
  readonly #deps: RangeWorkerDeps;
  readonly #leaseMs: number;
  #reader: { readonly plan: string; readonly reader: Promise<HistoryReader> } | undefined;

  constructor(deps: RangeWorkerDeps, leaseMs: number) {
    this.#deps = deps;
    this.#leaseMs = leaseMs;
  }

  /** Fetches whatever becomes free until `signal` aborts. */
  async run(wanted: Wanted, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#deps;
    while (!signal.aborted) {
      try {
        await this.work(wanted, signal);
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, "no range of history can be claimed");
      }
      await clock.sleep(RETRY_MS, signal).catch(() => {});
    }
  }

  /** Fetches until no range is free or `signal` aborts. @returns whether there was any */
  async work(wanted: Wanted, signal: AbortSignal): Promise<boolean> {
    const lanes = Array.from({ length: RANGES_AT_ONCE }, () => this.#lane(wanted, signal));
    return (await Promise.all(lanes)).includes(true);
  }

  async #lane(wanted: Wanted, signal: AbortSignal): Promise<boolean> {
    const { database, clock, logger } = this.#deps;
    for (let any = false; ; any = true) {
      if (signal.aborted) return any;
      const range = await claimRange(database, wanted, randomUUID(), this.#leaseMs);
      if (range === undefined) return any;
      try {
        await this.#fetch(range, signal);
      } catch (error) {
        if (signal.aborted) return true;
        const { from, to } = range;
        logger.warn(
          { err: error, from: from.toString(), to: to.toString() },
          "a range of history could not be fetched; it is free again",
        );
        await clock.sleep(RETRY_MS, signal).catch(() => {});
      }
    }
  }

  async #fetch(claimed: ClaimedRange, signal: AbortSignal): Promise<void> {
    const { database } = this.#deps;
    const ended = new AbortController();
    const stop = () => ended.abort(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    let rest: ClaimedRange | undefined = claimed;
    const renewed = this.#renew(() => rest, ended);
    try {
      const reader = await this.#readerFor(claimed);
      for await (const stretch of reader.read(claimed.from, claimed.to, ended.signal)) {
        if (rest === undefined) break;
        const left = await this.#store(rest, stretch);
        if (left === "lost") throw new Error("the range was taken over by another process");
        rest = left;
      }
    } catch (error) {
      // What was not stored is refetched by whoever claims it next; sooner when it is let go.
      if (rest) await releaseClaim(database, rest).catch(() => {});
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
      ended.abort();
      await renewed;
    }
  }

  #store(range: ClaimedRange, { blocks, end, parentHash }: Stretch) {
    return this.#deps.database.transaction(async (sql) => {
      const part = { from: range.from, parentHash, end };
      // First, so that who has lost the range stores nothing and waits for nobody.
      const left = await finishPart(sql, range, part, this.#leaseMs);
      if (left !== "lost") await loadBlocks(sql, range.chain, blocks);
      return left;
    });
  }

  /** Children are known from the plan on, so that ranges need not wait for one another. */
  #readerFor({ chain, plan }: ClaimedRange): Promise<HistoryReader> {
    if (this.#reader?.plan !== plan) {
      const { database, source, products } = this.#deps;
      const { addresses, children } = new LogRouter(products);
      const reader = loadChildren(database, chain, children, "planned").then(
        () => new HistoryReader(source, new LogScope(addresses, children)),
      );
      reader.catch(() => {
        this.#reader = undefined;
      });
      this.#reader = { plan, reader };
    }
    return this.#reader.reader;
  }

  /** Keeps the lease while a slow server is waited for. */
  async #renew(current: () => ClaimedRange | undefined, ended: AbortController): Promise<void> {
    const { database, clock, logger } = this.#deps;
    for (;;) {
      await clock.sleep(this.#leaseMs / 3, ended.signal).catch(() => {});
      const range = current();
      if (ended.signal.aborted || range === undefined) return;
      try {
        // A part that is stored just now renews it too, under another beginning.
        if (!(await renewClaim(database, range, this.#leaseMs)) && range === current())
          return ended.abort(new Error("the range was taken over by another process"));
      } catch (error) {
        logger.debug({ err: error }, "a lease could not be renewed; trying again");
      }
    }
  }
}
