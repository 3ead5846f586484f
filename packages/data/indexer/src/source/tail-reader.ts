import type { BlockHeader, ChainPoint, IndexedBlock } from "./block.ts";
import type { ChainSource } from "./chain-source.ts";
import { LogQuery, mergeLogs } from "./log-query.ts";
import type { LogScope } from "./log-scope.ts";
import { inconsistent } from "./parse-answer.ts";

const HEADERS_AT_ONCE = 16;

/**
 * The blocks that follow `after`, each the child of the one before, with their logs: at most sixteen, and none when
 * the chain goes on from another block there, which is a reorg. `head` is the newest block as it was announced.
 */
export async function readTail(
  source: ChainSource,
  scope: LogScope,
  after: ChainPoint,
  head: BlockHeader,
): Promise<IndexedBlock[]> {
  const headers = linked(after, await nextHeaders(source, after, head));
  const { queries, byTopic } = scope;
  const blocks = await Promise.all(headers.map((header) => source.block(header, queries)));
  if (!scope.grows) return blocks;
  const reading = scope.begin();
  const complete = headers.map(async (header, index) => {
    const block = blocks[index] ?? { ...header, logs: [] };
    reading.extend(block.logs);
    const { found } = reading;
    if (byTopic || found.length === 0) return block;
    // Children that were made here, or a few blocks before, and used at once.
    const more = await source.block(header, [LogQuery.ofContracts(found)]);
    return { ...block, logs: mergeLogs([block.logs, more.logs]) };
  });
  const all = await Promise.all(complete);
  return all.map((block) => ({ ...block, logs: block.logs.filter((log) => reading.has(log)) }));
}

async function nextHeaders(
  source: ChainSource,
  after: ChainPoint,
  head: BlockHeader,
): Promise<BlockHeader[]> {
  // The usual case costs no request: the announcement was the whole header.
  if (head.number === after.number + 1n) return [head];
  const missing = head.number - after.number;
  const count = missing < HEADERS_AT_ONCE ? Number(missing) : HEADERS_AT_ONCE;
  const numbers = Array.from({ length: count }, (_, i) => after.number + 1n + BigInt(i));
  return Promise.all(
    numbers.map(async (number) => {
      if (number === head.number) return head;
      const header = await source.header(number);
      if (header) return header;
      throw inconsistent("eth_getBlockByNumber", `there is no block ${number} below the head`);
    }),
  );
}

/** The longest beginning in which each block is the child of the one before. */
function linked(after: ChainPoint, headers: readonly BlockHeader[]): BlockHeader[] {
  const broken = headers.findIndex(
    (header, index) => header.parentHash !== (headers[index - 1] ?? after).hash,
  );
  return broken === -1 ? [...headers] : headers.slice(0, broken);
}
