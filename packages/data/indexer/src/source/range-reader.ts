import { IndexerError } from "../indexer-error.ts";
import { readRangeRefusal } from "../rpc/refusal.ts";
import type { RpcEndpoint } from "../rpc/rpc-endpoint.ts";
import type { RpcPool } from "../rpc/rpc-pool.ts";
import { type Testimony, Witnesses } from "../rpc/witnesses.ts";
import type { BlockHeader, RawLog } from "./block.ts";
import type { BlockLogs, LogVerification } from "./block-logs.ts";
import { compareLogs, requireInRange, requireOfBlock, requireOrdered } from "./check-logs.ts";
import { type LogQuery, mergeLogs } from "./log-query.ts";
import { behind, inconsistent, parseLogs } from "./parse-answer.ts";
import { RangeLimit } from "./range-limit.ts";

/** The logs of a range of blocks, in order, and the headers that were looked at. */
export interface LogRange {
  readonly logs: readonly RawLog[];
  /** Among them the first and the last block's, and those of all blocks whose logs came without their time. */
  readonly headers: ReadonlyMap<bigint, BlockHeader>;
}

export interface RangeReaderDeps {
  readonly pool: RpcPool;
  readonly verification: LogVerification;
  readonly blockLogs: BlockLogs;
  readonly headersAt: (
    endpoint: RpcEndpoint,
    numbers: readonly bigint[],
  ) => Promise<(BlockHeader | undefined)[]>;
  readonly parseHeaders: (
    endpoint: RpcEndpoint,
    numbers: readonly bigint[],
    answers: readonly unknown[],
  ) => (BlockHeader | undefined)[];
}

/** Blocks of a range, picked at random, whose headers are held against what came of them. */
const SAMPLE_BLOCKS = 4;
/** Of a dispute, that are looked at. */
const DISPUTED_BLOCKS = 32;
/** In a range where every block is looked at. */
const BLOCKS_MAX_PROVEN = 500n;
/** One range in so many is asked of the other endpoints too. */
const COMPARE_EVERY = 16;

/** Reads the logs of ranges of blocks, by as large ranges as an endpoint answers. */
export class RangeReader {
  readonly #deps: RangeReaderDeps;
  readonly #limits = new WeakMap<RpcEndpoint, RangeLimit>();
  readonly #witnesses: Witnesses;
  #ranges = 0;

  constructor(deps: RangeReaderDeps) {
    this.#deps = deps;
    this.#witnesses = new Witnesses(deps.pool);
  }

  /** What `endpoint` was found to answer at once. */
  blocksOf(endpoint: RpcEndpoint | undefined): bigint {
    const { blocks } = endpoint ? this.#limitOf(endpoint) : new RangeLimit();
    return this.#deps.verification === "receipts" ? smaller(blocks, BLOCKS_MAX_PROVEN) : blocks;
  }

  async read(from: bigint, to: bigint, queries: readonly LogQuery[]): Promise<LogRange> {
    const { pool, verification } = this.#deps;
    this.#ranges += 1;
    const isCompared = verification === "agreement" || this.#ranges % COMPARE_EVERY === 0;
    return pool.use(async (endpoint) => {
      const range = await this.#readAt(endpoint, { from, to, queries });
      // Leaving out everything is the easiest way to be wrong.
      const isEmpty = range.logs.length === 0 && queries.length > 0;
      if (isCompared || isEmpty) await this.#compare(endpoint, { from, to, queries }, range.logs);
      return range;
    });
  }

  async #readAt(endpoint: RpcEndpoint, { from, to, queries }: Wanted): Promise<LogRange> {
    const logs: RawLog[] = [];
    const headers = new Map<bigint, BlockHeader>();
    const before = await this.#headerAt(endpoint, to);
    for (let at = from; at <= to; ) {
      const end = smaller(at + this.blocksOf(endpoint) - 1n, to);
      const answer = await this.#ask(endpoint, { from: at, to: end, queries });
      if (answer === "refused") continue;
      for (const log of answer.logs) logs.push(log);
      for (const header of answer.headers) headers.set(header.number, header);
      at = end + 1n;
    }
    await this.#addTimes(endpoint, to, logs, headers);
    // Logs by number are of one branch for sure where the last block was the same before and after they were asked for.
    if (headers.get(to)?.hash !== before.hash)
      throw behind(GET_LOGS, `block ${to} was replaced while the logs up to it were read`);
    await this.#requireComplete(endpoint, headers, logs, queries);
    return { logs, headers };
  }

  async #headerAt(endpoint: RpcEndpoint, number: bigint): Promise<BlockHeader> {
    const [header] = requireAll(await this.#deps.headersAt(endpoint, [number]));
    if (header === undefined) throw behind(GET_BLOCK, `block ${number} is not there`);
    return header;
  }

  /** One range of which the endpoint has the last block: a server that does not have it leaves logs out. */
  async #ask(endpoint: RpcEndpoint, { from, to, queries }: Wanted) {
    const { parseHeaders } = this.#deps;
    const numbers = [...this.#sampleOf(from, to)];
    const range = { fromBlock: toQuantity(from), toBlock: toQuantity(to) };
    const getBlocks = numbers.map((number) => ({
      method: GET_BLOCK,
      params: [toQuantity(number), false],
    }));
    const getLogs = queries.map((query) => ({
      method: GET_LOGS,
      params: [{ ...range, ...query.toFilter() }],
    }));
    const limit = this.#limitOf(endpoint);
    try {
      const answers = await endpoint.connection.requestAll([...getBlocks, ...getLogs]);
      const headers = requireAll(
        parseHeaders(endpoint, numbers, answers.splice(0, numbers.length)),
      );
      const lists = answers.map((answer) => parseLogs(GET_LOGS, answer));
      for (const [index, list] of lists.entries()) {
        requireOrdered(list);
        if (!list.every((log) => queries[index]?.matches(log)))
          throw inconsistent(GET_LOGS, "a log came that was not asked for");
        requireInRange(list, from, to);
      }
      const logs = mergeLogs(lists);
      limit.answered(to - from + 1n, logs.length);
      return { logs, headers };
    } catch (error) {
      if (this.#makeSmaller(limit, to - from + 1n, error)) return "refused" as const;
      throw error;
    }
  }

  /** The first and the last block and some more, whose headers are held against what came of them; all, where all is verified. */
  #sampleOf(from: bigint, to: bigint): Set<bigint> {
    const size = Number(to - from + 1n);
    const isComplete = this.#deps.verification === "receipts" || size <= SAMPLE_BLOCKS;
    const numbers = new Set<bigint>();
    for (let i = 0; i < (isComplete ? size : SAMPLE_BLOCKS); i++)
      numbers.add(from + BigInt(isComplete ? i : Math.floor(Math.random() * size)));
    return numbers.add(from).add(to);
  }

  /** True where the same endpoint would answer a smaller range. */
  #makeSmaller(limit: RangeLimit, asked: bigint, error: unknown): boolean {
    if (!(error instanceof IndexerError)) return false;
    const { fault } = error;
    if (fault.code !== "INDEXER_SOURCE_REFUSED" && fault.code !== "INDEXER_SOURCE_UNREACHABLE")
      return false;
    const refusal = readRangeRefusal(fault.reason);
    const isSmaller = limit.refused(
      asked,
      refusal ?? { suggestedBlocks: undefined, isCeiling: false },
    );
    // No answer, or an error that does not tell why, may be of the size too: smaller then, but somewhere else first.
    return refusal !== undefined && fault.code === "INDEXER_SOURCE_REFUSED" && isSmaller;
  }

  /** The headers of blocks whose time did not come with their logs, and of the last once more. */
  async #addTimes(
    endpoint: RpcEndpoint,
    to: bigint,
    logs: readonly RawLog[],
    headers: Map<bigint, BlockHeader>,
  ): Promise<void> {
    const wanted = new Set([to]);
    for (const { timestampMs, blockNumber } of logs)
      if (timestampMs === undefined && !headers.has(blockNumber)) wanted.add(blockNumber);
    const { headersAt } = this.#deps;
    for (const header of requireAll(await headersAt(endpoint, [...wanted])))
      headers.set(header.number, header);
  }

  /** Logs are held against the headers at hand; a block that may have logs, and of which none came, is asked for its own. */
  async #requireComplete(
    endpoint: RpcEndpoint,
    headers: ReadonlyMap<bigint, BlockHeader>,
    logs: readonly RawLog[],
    queries: readonly LogQuery[],
  ): Promise<void> {
    const { blockLogs, verification } = this.#deps;
    const byBlock = Map.groupBy(logs, ({ blockNumber }) => blockNumber);
    const isProven = verification === "receipts";
    for (const header of headers.values()) {
      const some = byBlock.get(header.number) ?? [];
      requireOfBlock(header, some);
      if (some.length > 0 && !isProven) continue;
      const own = await blockLogs.at(endpoint, header, queries);
      if (compareLogs(some, own) !== "equal")
        throw inconsistent(GET_LOGS, `the logs of block ${header.number} are not all or others`);
    }
    if (isProven) requireLinked(headers);
  }

  async #compare(first: RpcEndpoint, wanted: Wanted, logs: readonly RawLog[]): Promise<void> {
    const { from, to } = wanted;
    const question = async (endpoint: RpcEndpoint) => (await this.#readAt(endpoint, wanted)).logs;
    const subject = { key: `${from}:${to}`, number: to };
    for (const second of await this.#witnesses.ask(subject, first, question))
      await this.#decide(wanted, { endpoint: first, logs }, second);
  }

  async #decide(
    wanted: Wanted,
    { endpoint: first, logs }: { endpoint: RpcEndpoint; logs: readonly RawLog[] },
    second: Testimony<readonly RawLog[]>,
  ): Promise<void> {
    const { pool } = this.#deps;
    const compared = compareLogs(logs, second.said);
    if (compared === "equal") return;
    const where = `blocks ${wanted.from} to ${wanted.to}`;
    const wrong = inconsistent(GET_LOGS, `the logs of ${where} are not all or others`);
    // Whoever has more is right if what the other lacks fits the headers that the other tells.
    if (compared === "second-has-more") {
      if (await this.#fits(first, without(second.said, logs))) throw wrong;
      return pool.blame(second.endpoint, wrong);
    }
    if (compared === "first-has-more") {
      if (!(await this.#fits(second.endpoint, without(logs, second.said)))) throw wrong;
      return pool.blame(second.endpoint, wrong);
    }
    throw new IndexerError({
      code: "INDEXER_SOURCE_DISPUTED",
      where: `${first.where}, ${second.endpoint.where}`,
      reason: `they tell different logs of ${where}`,
    });
  }

  async #fits(endpoint: RpcEndpoint, logs: readonly RawLog[]): Promise<boolean> {
    const byBlock = Map.groupBy(logs, ({ blockNumber }) => blockNumber);
    const numbers = [...byBlock.keys()].slice(0, DISPUTED_BLOCKS);
    try {
      for (const header of requireAll(await this.#deps.headersAt(endpoint, numbers)))
        requireOfBlock(header, byBlock.get(header.number) ?? []);
      return true;
    } catch (error) {
      if (error instanceof IndexerError && error.code === "INDEXER_SOURCE_INCONSISTENT")
        return false;
      throw error;
    }
  }

  #limitOf(endpoint: RpcEndpoint): RangeLimit {
    const limit = this.#limits.get(endpoint) ?? new RangeLimit();
    this.#limits.set(endpoint, limit);
    return limit;
  }
}

function without(logs: readonly RawLog[], others: readonly RawLog[]): RawLog[] {
  const places = new Set(others.map(({ blockHash, logIndex }) => `${blockHash}:${logIndex}`));
  return logs.filter(({ blockHash, logIndex }) => !places.has(`${blockHash}:${logIndex}`));
}

interface Wanted {
  readonly from: bigint;
  readonly to: bigint;
  readonly queries: readonly LogQuery[];
}

const GET_BLOCK = "eth_getBlockByNumber";
const GET_LOGS = "eth_getLogs";

function requireAll(headers: readonly (BlockHeader | undefined)[]): BlockHeader[] {
  return headers.map((header) => {
    if (header) return header;
    throw behind(GET_BLOCK, "a block below the head is not there");
  });
}

/** Headers of a whole range, each the child of the one before. */
function requireLinked(headers: ReadonlyMap<bigint, BlockHeader>): void {
  for (const header of headers.values()) {
    const parent = headers.get(header.number - 1n);
    if (parent && parent.hash !== header.parentHash)
      throw inconsistent(GET_BLOCK, `block ${header.number} is not the child of the one before`);
  }
}

function toQuantity(number: bigint): string {
  return `0x${number.toString(16)}`;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
