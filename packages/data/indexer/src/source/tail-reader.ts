import type { BlockHeader, ChainPoint, IndexedBlock } from "./block.ts";
import type { ChainSource } from "./chain-source.ts";
import { LogQuery, mergeLogs } from "./log-query.ts";
import type { LogScope } from "./log-scope.ts";
import { behind, inconsistent } from "./parse-answer.ts";

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
  // The usual case costs no request: the announcement was the whole header.
  const isChild = head.number === after.number + 1n && head.parentHash === after.hash;
  const headers = isChild ? [head] : await nextHeaders(source, after, head);
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

/** As one endpoint tells them, from the block before on: so it is seen whether it is on another branch, or lies. */
function nextHeaders(
  source: ChainSource,
  after: ChainPoint,
  head: BlockHeader,
): Promise<BlockHeader[]> {
  const first = after.number < 0n ? 0n : after.number;
  const missing = head.number - first + 1n;
  const count = missing < HEADERS_AT_ONCE + 1 ? Number(missing) : HEADERS_AT_ONCE + 1;
  const numbers = Array.from({ length: count }, (_, i) => first + BigInt(i));
  return source.pool.use(
    async (endpoint) => {
      const headers = (await source.headersAt(endpoint, numbers)).map((header) => {
        if (header) return header.hash === head.hash ? head : header;
        throw behind(GET_BLOCK, "a block below the head is not there");
      });
      const known = after.number < 0n ? after : headers.shift();
      if (known?.hash !== after.hash) return [];
      requireLinked(after, headers);
      return headers;
    },
    { prefer: head.from, hedge: true },
  );
}

function requireLinked(after: ChainPoint, headers: readonly BlockHeader[]): void {
  const broken = headers.find(
    ({ parentHash }, index) => parentHash !== (headers[index - 1] ?? after).hash,
  );
  if (broken)
    throw inconsistent(GET_BLOCK, `block ${broken.number} is not the child of the one before`);
}

const GET_BLOCK = "eth_getBlockByNumber";
