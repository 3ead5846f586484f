import type { Sql } from "@ghostchain/database";
import type { Product } from "@ghostchain/product";
import { LogRouter } from "../log-router.ts";
import type { IndexedBlock } from "../source/block.ts";
import type { ChainSource } from "../source/chain-source.ts";
import { HistoryReader } from "../source/history-reader.ts";
import { LogScope } from "../source/log-scope.ts";
import { inconsistent } from "../source/parse-answer.ts";
import type { Progress } from "../store/progress.ts";
import { readBlocks } from "../store/raw-events.ts";
import { type Comparison, compareRows, type KeyedRow } from "./compare-rows.ts";

/**
 * The raw events as `snapshot` shows them against those that the chain gives now.
 *
 * @throws {IndexerError} `INDEXER_SOURCE_INCONSISTENT` when the chain has another block where the tables are
 */
export async function compareEvents(
  source: ChainSource,
  snapshot: Sql,
  progress: Progress,
  products: readonly Product[],
  signal: AbortSignal,
): Promise<Comparison> {
  const { chain, point } = progress;
  const found = await source.header(point.number);
  if (point.number >= 0n && found?.hash !== point.hash)
    throw inconsistent(
      "eth_getBlockByNumber",
      `block ${point.number} is not the one that is stored`,
    );
  const router = new LogRouter(products);
  const reader = new HistoryReader(source, new LogScope(router.addresses, router.children));
  const fetched = async function* () {
    for await (const { blocks } of reader.read(router.startBlock, point.number, signal))
      yield* blocks;
  };
  const stored = async function* () {
    for (let after = router.startBlock - 1n; ; ) {
      const blocks = await readBlocks(snapshot, chain.id, after, point.number);
      const last = blocks.at(-1);
      if (last === undefined) return;
      yield* blocks;
      after = last.number;
    }
  };
  return compareRows(toRows(stored()), toRows(fetched()));
}

/** One row a log, told apart by its place in the chain. */
async function* toRows(blocks: AsyncIterable<IndexedBlock>): AsyncGenerator<KeyedRow> {
  for await (const block of blocks)
    for (const log of block.logs) {
      const place = [
        block.number.toString().padStart(20, "0"),
        String(log.logIndex).padStart(6, "0"),
      ];
      const { address, topics, data, transactionHash } = log;
      const row = JSON.stringify([block.hash, transactionHash, address, topics, data]);
      yield { key: place.join(":"), row };
    }
}
