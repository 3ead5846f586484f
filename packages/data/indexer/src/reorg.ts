import type { Database, Sql } from "@ghostchain/database";
import {
  appendFeed,
  restartFeed,
  retractionsAbove,
  touchFeed,
  withPersonal,
} from "@ghostchain/feed";
import type { Product } from "@ghostchain/product";
import { personalMessages } from "./personal-messages.ts";
import type { ChainPoint } from "./source/block.ts";
import type { ChainSource } from "./source/chain-source.ts";
import { deleteChildrenAbove } from "./store/children.ts";
import {
  type ChainKey,
  type Identity,
  moveProgress,
  type Progress,
  saveProgress,
} from "./store/progress.ts";
import { deleteBlocksAbove, storedPoints } from "./store/raw-events.ts";
import { undoAbove } from "./store/undo-capture.ts";
import type { Written } from "./write-blocks.ts";

const PAGE = 256;

/**
 * The highest stored block that the chain still has; undefined when it has none. What is above it is of another
 * branch, what is below it is not: so the answer is searched, first near the top, where reorgs are.
 */
export async function findAncestor(
  database: Database,
  source: Pick<ChainSource, "header">,
  chain: ChainKey,
  from: bigint,
): Promise<ChainPoint | undefined> {
  for (let limit = from; ; ) {
    const points = await storedPoints(database, chain.id, limit, PAGE);
    const lowest = points.at(-1);
    if (lowest === undefined) return undefined;
    const found = await firstOnChain(points, source);
    if (found) return found;
    limit = lowest.number - 1n;
  }
}

/** Points are from the highest down; those on the chain are a tail of them. Gallops, then halves. */
async function firstOnChain(
  points: readonly ChainPoint[],
  source: Pick<ChainSource, "header">,
): Promise<ChainPoint | undefined> {
  const isOnChain = async (index: number) => {
    const point = points[index];
    return point !== undefined && (await source.header(point.number))?.hash === point.hash;
  };
  let off = -1;
  let on = 0;
  for (let step = 1; !(await isOnChain(on)); step *= 2) {
    if (on === points.length - 1) return undefined;
    off = on;
    on = Math.min(on + step, points.length - 1);
  }
  while (on - off > 1) {
    const middle = (on + off) >> 1;
    if (await isOnChain(middle)) on = middle;
    else off = middle;
  }
  return points[on];
}

/** Takes back every block above `ancestor`: tables, raw events, and, for all to see, the feed. */
export async function undoBlocks(
  database: Database,
  products: readonly Product[],
  from: Progress,
  ancestor: ChainPoint,
): Promise<Written> {
  return database.transaction(async (sql) => {
    const { chain } = from;
    await undoAbove(sql, chain.id, ancestor.number);
    const { rows, subjects } = await retractionsAbove(sql, chain.name, ancestor.number);
    const personal = await personalMessages(sql, products, subjects);
    const numbered = await appendFeed(sql, from.feed, withPersonal(rows, personal));
    if (rows.length === 0) await touchFeed(sql);
    await deleteBlocksAbove(sql, chain.id, ancestor.number);
    await deleteChildrenAbove(sql, chain.id, ancestor.number);
    const sequenceId = from.feed.sequenceId + rows.length;
    const next = { ...from, point: ancestor, raw: ancestor, feed: { ...from.feed, sequenceId } };
    await moveProgress(sql, from, next);
    return { progress: next, rows: numbered };
  });
}

/**
 * Empties everything derived from one chain, under a new epoch. Raw events up to and with `keep` stay, and all is derived from
 * them again; without it they go too. Tables that no product lists are left alone.
 */
export async function beginAnew(
  sql: Sql,
  products: readonly Product[],
  chain: ChainKey,
  identity: Identity,
  anew: {
    readonly start: ChainPoint;
    readonly keep: ChainPoint | undefined;
    readonly epoch: string;
  },
): Promise<Progress> {
  const tables = products.flatMap(({ name, tables: listed }) =>
    listed.map((table) => `"${name}"."${table}"`),
  );
  if (tables.length > 0) await sql.query(`TRUNCATE ${tables.join(", ")}`);
  await sql.query("DELETE FROM indexer.undo WHERE chain = $1", [chain.id]);
  await deleteChildrenAbove(sql, chain.id, -1n);
  const raw = anew.keep ?? anew.start;
  await deleteBlocksAbove(sql, chain.id, anew.keep === undefined ? -1n : raw.number);
  // So that a reorg of everything after it still finds it.
  if (anew.start.number >= 0n)
    await sql.query(
      `INSERT INTO indexer.block (chain, number, hash, timestamp_ms) VALUES ($1, $2, $3, 0)
       ON CONFLICT DO NOTHING`,
      [chain.id, anew.start.number, anew.start.hash],
    );
  const progress: Progress = {
    chain,
    point: anew.start,
    raw,
    undoFrom: anew.start.number + 1n,
    feed: await restartFeed(sql, anew.epoch, chain.name),
  };
  await saveProgress(sql, { identity, progress });
  return progress;
}
