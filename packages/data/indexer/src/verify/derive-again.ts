import { randomUUID } from "node:crypto";
import type { Database, Sql } from "@ghostchain/database";
import type { Product } from "@ghostchain/product";
import { createMetrics, type Logger } from "@ghostchain/service";
import { LogRouter } from "../log-router.ts";
import { createIndexerMetrics } from "../metrics.ts";
import { beginAnew } from "../reorg.ts";
import { RowStores } from "../rows/row-stores.ts";
import { ZERO_HASH } from "../source/block.ts";
import { chainKey, type Progress, type Stored } from "../store/progress.ts";
import { readBlocks } from "../store/raw-events.ts";
import { writeBlocks } from "../write-blocks.ts";

/**
 * Runs the products of one chain over its raw events as `snapshot` shows them, up to where its tables are, into
 * another database, whose tables are made.
 */
export async function deriveAgain(
  deps: { readonly scratch: Database; readonly logger: Logger },
  snapshot: Sql,
  stored: Stored,
  products: readonly Product[],
  signal: AbortSignal,
): Promise<void> {
  const { scratch, logger } = deps;
  const router = new LogRouter(products);
  const metrics = createIndexerMetrics(createMetrics({ processMetrics: false }));
  const writer = { database: scratch, router, metrics, logger };
  const { chain, point } = stored.progress;
  const start = { number: router.startBlock - 1n, hash: ZERO_HASH };
  let progress: Progress = await scratch.transaction(async (sql) => {
    const key = await chainKey(sql, chain.name);
    const anew = { start, keep: undefined, epoch: randomUUID() };
    return beginAnew(sql, products, key, stored.identity, anew);
  });
  const rows = await RowStores.open(scratch, products);
  for (;;) {
    signal.throwIfAborted();
    const after = progress.point.number;
    const blocks = await readBlocks(snapshot, chain.id, after, point.number);
    const last = blocks.at(-1);
    if (last === undefined) return;
    const end = { number: last.number, hash: last.hash };
    const mode = { kind: "history", raw: "stored" } as const;
    progress = (await writeBlocks(writer, rows, progress, blocks, end, mode)).progress;
  }
}
