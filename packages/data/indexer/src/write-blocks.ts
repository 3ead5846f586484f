import { setImmediate } from "node:timers/promises";
import type { Database } from "@ghostchain/database";
import { appendFeed, type FeedRow, loadFeed, type NewFeedRow, touchFeed } from "@ghostchain/feed";
import type { ChainEvent, FeedDraft, Product } from "@ghostchain/product";
import type { Logger } from "@ghostchain/service";
import { ProductSql, TransactionSql } from "./block-sql.ts";
import type { Birth } from "./child-registry.ts";
import { IndexerError } from "./indexer-error.ts";
import type { EventHandler, LogRouter } from "./log-router.ts";
import type { IndexerMetrics } from "./metrics.ts";
import { personalMessages } from "./personal-messages.ts";
import type { RowStores } from "./rows/row-stores.ts";
import type { ChainPoint, IndexedBlock, RawLog } from "./source/block.ts";
import { storeChildren } from "./store/children.ts";
import { isTrespass } from "./store/product-guard.ts";
import { type ChainKey, moveProgress, type Progress } from "./store/progress.ts";
import { loadBlocks, pruneBelow, storeBlocks } from "./store/raw-events.ts";
import { captureUndo } from "./store/undo-capture.ts";

export interface WriterDeps {
  readonly database: Database;
  readonly router: LogRouter;
  readonly metrics: IndexerMetrics;
  readonly logger: Logger;
}

/** How blocks are written. */
export interface WriteMode {
  /** `live`: few blocks, undoable, their owners told; `history`: many, with COPY, beyond any reorg. */
  readonly kind: "live" | "history";
  /** `rebuild`: the raw events are stored already. */
  readonly raw: "store" | "stored";
  /** Blocks below it, and how to undo them, are forgotten; undefined for not now. */
  readonly pruneBelow?: bigint | undefined;
}

export interface Written {
  readonly progress: Progress;
  /** What was added to the feed; empty for history. */
  readonly rows: readonly FeedRow[];
}

/**
 * Blocks into the tables: raw events, what products make of them, feed and position, in one transaction.
 *
 * @param blocks those with something for us, in order, after `from`; `end` is the last block that is done then
 * @throws {IndexerError} `INDEXER_HANDLER_FAILED`, `INDEXER_FENCED`; after any, the router's children are to be loaded again
 */
export async function writeBlocks(
  deps: WriterDeps,
  rows: RowStores,
  from: Progress,
  blocks: readonly IndexedBlock[],
  end: ChainPoint,
  mode: WriteMode,
): Promise<Written> {
  const live = mode.kind === "live";
  const { chain } = from;
  const to = { ...from, point: end, undoFrom: nextUndoFrom(from, end, mode) };
  const next: Progress = mode.raw === "store" ? { ...to, raw: end } : to;
  const write = async (sql: TransactionSql): Promise<Written> => {
    await rows.begin(sql);
    sql.later(moveProgress(sql, from, next));
    if (mode.pruneBelow !== undefined) sql.later(pruneBelow(sql, chain.id, mode.pruneBelow));
    if (mode.raw === "store" && live) sql.later(storeBlocks(sql, chain.id, blocks));
    if (mode.raw === "store" && !live) sql.later(loadBlocks(sql, chain.id, blocks));
    const drafts = await project(deps, sql, rows, chain, blocks, live);
    if (drafts.length === 0 && blocks.some(({ logs }) => logs.length > 0))
      sql.later(touchFeed(sql));
    if (!live) {
      const loaded = loadFeed(
        sql,
        from.feed,
        drafts.map(({ row }) => row),
      );
      sql.later(loaded);
      await sql.answered();
      return { progress: { ...next, feed: await loaded }, rows: [] };
    }
    const told = await withPersonal(sql, drafts);
    const appended = appendFeed(sql, from.feed, told);
    sql.later(appended);
    await sql.answered();
    const sequenceId = from.feed.sequenceId + told.length;
    return { progress: { ...next, feed: { ...from.feed, sequenceId } }, rows: await appended };
  };
  try {
    return await deps.database.transaction((sql) => TransactionSql.run(sql, write));
  } catch (error) {
    rows.reset();
    throw error;
  }
}

function nextUndoFrom(from: Progress, end: ChainPoint, mode: WriteMode): bigint {
  if (mode.kind === "history") return end.number + 1n;
  const limit = mode.pruneBelow ?? 0n;
  return limit > from.undoFrom ? limit : from.undoFrom;
}

/** A row of the feed to be, and whose product made it. */
interface Draft {
  readonly product: Product;
  readonly row: NewFeedRow;
}

/** So many events are worked on before sockets, timers and signals get their turn. */
const EVENTS_A_TURN = 256;

async function project(
  deps: WriterDeps,
  sql: TransactionSql,
  rows: RowStores,
  chain: ChainKey,
  blocks: readonly IndexedBlock[],
  undoable: boolean,
): Promise<Draft[]> {
  const drafts: Draft[] = [];
  const { children } = deps.router;
  const births: Birth[] = [];
  let events = 0;
  for (const block of blocks) {
    if (block.logs.length === 0) continue;
    if (undoable) sql.later(captureUndo(sql, chain.id, block.number));
    for (const log of block.logs) {
      const born = children.birthsOf(log);
      if (born.length > 0) {
        children.add(born);
        births.push(...born);
      }
      for (const handler of deps.router.handlersOf(log)) {
        const own = new ProductSql(sql, rows, handler.product);
        const draft = await handle(deps, sql, own, handler, log, block);
        if (draft) drafts.push({ product: handler.product, row: toFeedRow(draft, chain, block) });
        await sql.drain();
      }
      events += 1;
      if (events % EVENTS_A_TURN === 0) await setImmediate();
    }
    // What can be undone belongs to its block.
    if (undoable) rows.flush();
  }
  rows.flush();
  sql.later(storeChildren(sql, chain.id, births));
  return drafts;
}

async function handle(
  deps: WriterDeps,
  sql: TransactionSql,
  own: ProductSql,
  handler: EventHandler,
  log: RawLog,
  block: IndexedBlock,
): Promise<FeedDraft | undefined> {
  let event: ChainEvent;
  try {
    event = handler.decode(log, block);
  } catch (error) {
    deps.metrics.undecodable.inc();
    deps.logger.warn(
      { err: error, event: handler.key, block: block.number.toString(), logIndex: log.logIndex },
      "a log does not fit its event and was skipped",
    );
    return undefined;
  }
  return sql.onBehalf(
    (error) => handlerFailed(handler, event, error),
    async () => {
      await handler.projection?.(event, own);
      return handler.feed?.(event, own);
    },
  );
}

function handlerFailed(handler: EventHandler, event: ChainEvent, error: unknown): IndexerError {
  const reason = error instanceof Error ? error.message : String(error);
  const where = `product ${handler.product.name}, ${handler.key} in block ${event.blockNumber}`;
  if (isTrespass(error))
    return new IndexerError(
      { code: "INDEXER_PRODUCT_TRESPASSED", product: handler.product.name, reason },
      `${where}: ${reason}`,
      { cause: error },
    );
  return new IndexerError(
    {
      code: "INDEXER_HANDLER_FAILED",
      product: handler.product.name,
      handler: handler.key,
      blockNumber: event.blockNumber.toString(),
      logIndex: event.logIndex,
      reason,
    },
    `${where}: ${reason}`,
    { cause: error },
  );
}

function toFeedRow(draft: FeedDraft, chain: ChainKey, block: IndexedBlock): NewFeedRow {
  return {
    kind: "event",
    chain: chain.name,
    blockNumber: block.number,
    blockHash: block.hash,
    topics: [...new Set(["feed", ...draft.topics])],
    event: draft.event,
    personal: [],
    subjects: draft.subjects,
  };
}

/** Tells each account once, with the last row that changed its state. */
async function withPersonal(sql: TransactionSql, drafts: readonly Draft[]): Promise<NewFeedRow[]> {
  const lastOf = new Map<string, number>();
  for (const [index, { product, row }] of drafts.entries())
    for (const subject of row.subjects) lastOf.set(`${product.name}:${subject}`, index);
  return Promise.all(
    drafts.map(async ({ product, row }, index) => {
      const subjects = row.subjects.filter(
        (subject) => lastOf.get(`${product.name}:${subject}`) === index,
      );
      const personal = await personalMessages(sql.as(product.name), [product], subjects);
      return { ...row, personal };
    }),
  );
}
