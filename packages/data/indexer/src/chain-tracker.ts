import { sqlStateOf } from "@ghostchain/database";
import type { FeedRow } from "@ghostchain/feed";
import type { Clock } from "@ghostchain/service";
import type { Announcer } from "./announcer.ts";
import { planHistory } from "./backfill/plan-history.ts";
import { RangeWorker } from "./backfill/range-worker.ts";
import { adoptRanges, isPlanned, isShared } from "./backfill/shared-history.ts";
import { type IdentityDeps, identify, resume, startFrom } from "./chain-identity.ts";
import type { IndexerMetrics } from "./metrics.ts";
import { findAncestor, undoBlocks } from "./reorg.ts";
import { RowStores } from "./rows/row-stores.ts";
import type { Sequence } from "./sequence.ts";
import type { BlockHeader, ChainPoint, IndexedBlock } from "./source/block.ts";
import { HistoryReader } from "./source/history-reader.ts";
import type { LogScope } from "./source/log-scope.ts";
import { inconsistent } from "./source/parse-answer.ts";
import { readTail } from "./source/tail-reader.ts";
import type { Wanted } from "./store/backfill-ranges.ts";
import { loadChildren } from "./store/children.ts";
import type { Identity, Progress } from "./store/progress.ts";
import { readBlocks } from "./store/raw-events.ts";
import { type WriteMode, type WriterDeps, writeBlocks } from "./write-blocks.ts";

export interface TrackerDeps extends IdentityDeps, WriterDeps {
  readonly announcer: Announcer;
  readonly sequence: Sequence;
  readonly scope: LogScope;
  readonly clock: Clock;
}

/** What the tracker is at, for whoever reports it. */
export type Activity =
  | { readonly kind: "history" | "rebuild"; readonly done: bigint; readonly goal: bigint }
  | { readonly kind: "live" };

const PRUNE_EVERY_BLOCKS = 64n;
/** Less history than this is fetched by one process alone. */
const SHARE_MIN_BLOCKS = 2_000n;
/** How often one that fetches alone looks whether others are there to help. */
const SHARE_EVERY_MS = 1_000;
const ADOPT_EVERY_MS = 25;

interface Opened {
  readonly rows: RowStores;
  readonly progress: Progress;
  readonly identity: Identity;
  readonly planned: boolean;
}

/** Brings the tables to where the chain is, from wherever they are: history, live blocks, reorgs, rebuilds. */
export class ChainTracker {
  readonly #deps: TrackerDeps;
  readonly #horizonBlocks: bigint;
  readonly #onActivity: (activity: Activity) => void;
  readonly #history: HistoryReader;
  readonly #rows: RowStores;
  #progress: Progress;
  readonly #worker: RangeWorker;
  #identity: Identity;
  /** History is divided into ranges that are not all taken in yet. */
  #planned: boolean;
  #rebuildAsked = false;

  private constructor(deps: TrackerDeps, stored: Opened, settings: TrackerSettings) {
    this.#deps = deps;
    this.#rows = stored.rows;
    this.#progress = stored.progress;
    this.#identity = stored.identity;
    this.#planned = stored.planned;
    this.#worker = new RangeWorker(deps, settings.backfillLeaseMs);
    this.#horizonBlocks = BigInt(settings.horizonBlocks);
    this.#onActivity = settings.onActivity;
    this.#history = new HistoryReader(deps.source, deps.scope);
  }

  /** Begins where the database says, which it alone knows after a failure. */
  static async open(deps: TrackerDeps, settings: TrackerSettings): Promise<ChainTracker> {
    const identity = await identify(deps);
    const progress = await deps.sequence.write(() => resume(deps, identity));
    await loadChildren(deps.database, progress.chain.id, deps.router.children);
    // Whatever the last process committed and did not live to announce.
    await deps.announcer.announce(progress.feed, []);
    const rows = await RowStores.open(deps.database, deps.products);
    const planned = await isPlanned(deps.database, progress);
    return new ChainTracker(deps, { rows, progress, identity, planned }, settings);
  }

  /** The last block that is in the tables. */
  get point(): ChainPoint {
    return this.#progress.point;
  }

  /** Everything is derived anew before `advance` does anything else. */
  askRebuild(): void {
    this.#rebuildAsked = true;
  }

  /** Does what there is to do until `head` is in the tables, or turns out not to be newer than they are. */
  async advance(head: BlockHeader, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#rebuildAsked) await this.#rebuild(this.#progress.raw);
      const { point, raw } = this.#progress;
      const ahead = head.number - point.number;
      this.#deps.metrics.lagBlocks.set({ chain: this.#deps.chain }, Math.max(0, Number(ahead)));
      if (raw.number > point.number) await this.#derive("rebuild");
      else if (this.#planned) await this.#shareHistory(signal);
      else if (head.hash === point.hash) return;
      else if (ahead <= 0n) {
        // An announcement of long ago, a server that lags, or a branch that is not longer.
        if (await this.#isOnChain(point)) return;
        await this.#reorganize();
      } else if (ahead > this.#horizonBlocks && (await this.#isOnChain(point)))
        await this.#fetchHistory(head.number - this.#horizonBlocks, signal);
      else await this.#follow(head);
    }
  }

  async #follow(head: BlockHeader): Promise<void> {
    const { metrics, source, scope } = this.#deps;
    const { point } = this.#progress;
    const fetched = metrics.stageSeconds.startTimer({ stage: "fetch" });
    const blocks = await readTail(source, scope, point, head);
    fetched();
    const last = blocks.at(-1);
    if (last) return this.#write(blocks, last, { kind: "live", raw: "store" }, head);
    if (await this.#isOnChain(point))
      throw inconsistent(
        "eth_getBlockByNumber",
        `block ${point.number} is there, but not its child`,
      );
    await this.#reorganize();
  }

  /** History in large steps: nothing of it is meant to be undone. */
  async #fetchHistory(goal: bigint, signal: AbortSignal): Promise<void> {
    const { clock, database } = this.#deps;
    const from = this.#progress.point.number + 1n;
    if (await this.#mayShare(from, goal)) return this.#plan(goal, signal);
    let askedMs = clock.now();
    for await (const { blocks, end, parentHash } of this.#history.read(from, goal, signal)) {
      if (parentHash !== this.point.hash) return this.#goOnElsewhere(end);
      await this.#write(blocks, end, { kind: "history", raw: "store" });
      this.#onActivity({ kind: "history", done: end.number, goal });
      if (this.#rebuildAsked) return;
      if (clock.now() - askedMs < SHARE_EVERY_MS || database.kind === "pglite") continue;
      askedMs = clock.now();
      if (await this.#mayShare(end.number, goal)) return;
    }
  }

  /** A stretch does not follow what is stored: that is off the chain, or the stretch came from a server that lags. */
  async #goOnElsewhere(end: ChainPoint): Promise<void> {
    if (!(await this.#isOnChain(this.point))) return this.#reorganize();
    throw inconsistent(
      "eth_getBlockByNumber",
      `the blocks up to ${end.number} do not follow block ${this.point.number}`,
    );
  }

  async #mayShare(from: bigint, goal: bigint): Promise<boolean> {
    return goal - from >= SHARE_MIN_BLOCKS && isShared(this.#deps.database, this.#wanted);
  }

  async #plan(goal: bigint, signal: AbortSignal): Promise<void> {
    const { router, logger } = this.#deps;
    logger.info({ goal: goal.toString() }, "other processes help to fetch history");
    await planHistory({ ...this.#deps, children: router.children }, this.#progress, goal, signal);
    this.#planned = true;
  }

  /** Fetches ranges beside the processes that help, and derives tables from what all of them have stored. */
  async #shareHistory(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const ending = new AbortController();
    const working = AbortSignal.any([signal, ending.signal]);
    const own = this.#worker.run(this.#wanted, working);
    try {
      while (this.#planned && !this.#rebuildAsked) {
        signal.throwIfAborted();
        if (this.#progress.raw.number > this.point.number) await this.#derive("history");
        else if (!(await this.#adopt())) await clock.sleep(ADOPT_EVERY_MS, signal);
      }
    } finally {
      ending.abort();
      await own;
    }
  }

  /** @returns false when nothing is ready */
  async #adopt(): Promise<boolean> {
    const adopted = await adoptRanges(this.#deps, this.#progress);
    if (adopted.kind === "moved") this.#progress = adopted.progress;
    else if (adopted.kind === "finished") this.#planned = false;
    else if (adopted.kind === "forked") await this.#reorganize();
    return adopted.kind !== "waiting";
  }

  get #wanted(): Wanted {
    const { genesisHash, contractsDigest } = this.#identity;
    return { chain: this.#deps.chain, genesisHash, contractsDigest };
  }

  /** Tables from the raw events that are stored already. */
  async #derive(kind: "history" | "rebuild"): Promise<void> {
    const { chain, point, raw } = this.#progress;
    const blocks = await readBlocks(this.#deps.database, chain.id, point.number, raw.number);
    const last = blocks.at(-1);
    const end = last ? { number: last.number, hash: last.hash } : raw;
    await this.#write(blocks, end, { kind: "history", raw: "stored" });
    this.#onActivity({ kind, done: end.number, goal: raw.number });
  }

  async #write(
    blocks: readonly IndexedBlock[],
    end: ChainPoint,
    how: Omit<WriteMode, "pruneBelow">,
    head?: BlockHeader,
  ): Promise<void> {
    const { metrics, announcer, clock } = this.#deps;
    const from = this.#progress;
    const stored = metrics.stageSeconds.startTimer({ stage: "store" });
    const place = { number: end.number, hash: end.hash };
    const mode = { ...how, pruneBelow: this.#pruneLimit(from.point, end, how) };
    const { progress, rows, added } = await this.#deps.sequence.write(async (feed) => {
      const written = await writeBlocks(
        this.#deps,
        this.#rows,
        { ...from, feed },
        blocks,
        place,
        mode,
      );
      const after = written.progress.feed;
      return { ...written, feed: after, added: after.sequenceId - feed.sequenceId };
    });
    stored();
    this.#progress = progress;
    metrics.blockNumber.set({ chain: this.#deps.chain }, Number(end.number));
    metrics.events.inc(blocks.reduce((count, block) => count + block.logs.length, 0));
    metrics.feedRows.inc(added);
    metrics.sequenceId.set(progress.feed.sequenceId);
    const committedAtMs = clock.now();
    if (head?.hash === end.hash) observeStages(metrics, head, committedAtMs);
    if (added === 0) return;
    const announced = metrics.stageSeconds.startTimer({ stage: "announce" });
    await announcer.announce(progress.feed, withStages(rows, head, committedAtMs));
    announced();
  }

  /** Now and then, not with every block. */
  #pruneLimit(from: ChainPoint, end: ChainPoint, how: Omit<WriteMode, "pruneBelow">) {
    const due = from.number / PRUNE_EVERY_BLOCKS !== end.number / PRUNE_EVERY_BLOCKS;
    const limit = end.number - this.#horizonBlocks;
    return how.kind === "live" && due && limit > 0n ? limit : undefined;
  }

  async #reorganize(): Promise<void> {
    const { database, source, products, router, sequence, logger, metrics, announcer } = this.#deps;
    const from = this.#progress;
    this.#rows.reset();
    const ancestor = await findAncestor(database, source, from.chain, from.point.number);
    const where = { block: from.point.number.toString(), ancestor: ancestor?.number.toString() };
    if (ancestor === undefined || ancestor.number + 1n < from.undoFrom) {
      logger.warn(where, "the chain was reorganized beyond what can be undone; deriving all anew");
      return this.#rebuild(ancestor);
    }
    metrics.reorgDepthBlocks.observe(Number(from.point.number - ancestor.number));
    try {
      const { progress, rows } = await sequence.write(async (feed) => {
        const undone = await undoBlocks(database, products, { ...from, feed }, ancestor);
        return { ...undone, feed: undone.progress.feed };
      });
      router.children.removeAbove(ancestor.number);
      this.#progress = progress;
      this.#planned = false;
      logger.info({ ...where, retracted: rows.length }, "the chain was reorganized; blocks undone");
      if (rows.length > 0) await announcer.announce(progress.feed, rows);
    } catch (error) {
      if (!isDeterministic(error)) throw error;
      logger.error({ ...where, err: error }, "blocks cannot be undone; deriving all anew");
      await this.#rebuild(ancestor);
    }
  }

  async #rebuild(keep: ChainPoint | undefined): Promise<void> {
    this.#deps.metrics.rebuilds.inc();
    this.#rows.reset();
    // The server may have another chain by now.
    const identity = await identify(this.#deps);
    const { sequence, router } = this.#deps;
    this.#progress = await sequence.write(() => startFrom(this.#deps, identity, keep));
    router.children.clear();
    this.#identity = identity;
    this.#planned = false;
    this.#rebuildAsked = false;
    await this.#deps.announcer.announce(this.#progress.feed, []);
  }

  async #isOnChain(point: ChainPoint): Promise<boolean> {
    if (point.number < 0n) return true;
    return this.#deps.source.has(point);
  }
}

/** Rows of the block that was pushed say what became of it when; those of blocks caught up with do not. */
function withStages(
  rows: readonly FeedRow[],
  head: BlockHeader | undefined,
  committedAtMs: number,
): readonly FeedRow[] {
  if (head?.seenAtMs === undefined) return rows;
  const { sealedAtMs, seenAtMs } = head;
  const stages = { ...(sealedAtMs === undefined ? {} : { sealedAtMs }), seenAtMs, committedAtMs };
  return rows.map((row) => (row.blockHash === head.hash ? { ...row, stages } : row));
}

/** Clocks of two machines may differ by more than a block takes: less than nothing counts as nothing. */
function observeStages(
  metrics: IndexerMetrics,
  { sealedAtMs, seenAtMs }: BlockHeader,
  committedAtMs: number,
): void {
  if (seenAtMs === undefined) return;
  metrics.commitSeconds.observe(Math.max(0, committedAtMs - seenAtMs) / 1_000);
  if (sealedAtMs === undefined) return;
  metrics.headSeenSeconds.observe(Math.max(0, seenAtMs - sealedAtMs) / 1_000);
}

export interface TrackerSettings {
  /** Reorgs up to this depth are undone row by row; deeper ones cost a rebuild. */
  readonly horizonBlocks: number;
  /** A range of history is free again when its process was not heard of for so long. */
  readonly backfillLeaseMs: number;
  readonly onActivity: (activity: Activity) => void;
}

/** Data that does not fit, a constraint, a missing table, an exception: trying again would end the same. */
function isDeterministic(error: unknown): boolean {
  return /^(22|23|2F|42|P0)/.test(sqlStateOf(error) ?? "");
}
