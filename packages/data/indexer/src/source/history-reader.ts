import type { Logger } from "@ghostchain/service";
import type { BlockHeader, ChainPoint, IndexedBlock, RawLog } from "./block.ts";
import type { ChainSource } from "./chain-source.ts";
import { type LogQuery, mergeLogs } from "./log-query.ts";
import type { LogScope, ScopeReading } from "./log-scope.ts";
import { inconsistent } from "./parse-answer.ts";

/** A stretch of history: its blocks that have logs, and its last block. */
export interface Stretch {
  readonly blocks: readonly IndexedBlock[];
  readonly end: ChainPoint;
}

const RANGE_FIRST = 1_000n;
const RANGE_MAX = 20_000n;
/** A range that gave fewer logs than this is answered fast: the next one may be larger. */
const FEW_LOGS = 2_000;
/** One that gave more fills memory, four times over. */
const MANY_LOGS = 10_000;
const IN_FLIGHT = 4;

/**
 * Reads logs by ranges of blocks, several ranges at a time, and hands them on in order. A range that a server refuses
 * is halved, and the ranges after it begin at that size; where it is refused down to a single block, that is the error.
 */
export class HistoryReader {
  readonly #source: ChainSource;
  readonly #scope: LogScope;
  readonly #logger: Logger;
  #rangeBlocks = RANGE_FIRST;

  constructor(source: ChainSource, scope: LogScope, logger: Logger) {
    this.#source = source;
    this.#scope = scope;
    this.#logger = logger;
  }

  /** The stretches of `[from, to]`, at most four of them read ahead. */
  async *read(from: bigint, to: bigint, signal: AbortSignal): AsyncGenerator<Stretch> {
    const ahead: Promise<Stretch>[] = [];
    const reading = this.#scope.begin();
    // Children are told of in order, so that each stretch asks for those of all before it.
    let told: Promise<void> = Promise.resolve();
    let next = from;
    while (next <= to || ahead.length > 0) {
      signal.throwIfAborted();
      while (next <= to && ahead.length < IN_FLIGHT) {
        const last = min(next + this.#rangeBlocks - 1n, to);
        const deployed = this.#logsOf(next, last, this.#scope.deployed);
        told = Promise.all([deployed, told]).then(([logs]) => reading.extend(logs));
        told.catch(() => {});
        const stretch = this.#stretch(next, last, reading, deployed, told);
        // It may fail before anyone waits for it, or when nobody does any more.
        stretch.catch(() => {});
        ahead.push(stretch);
        next = last + 1n;
      }
      const first = ahead.shift();
      if (first) yield await first;
    }
  }

  async #stretch(
    from: bigint,
    to: bigint,
    reading: ScopeReading,
    deployed: Promise<readonly RawLog[]>,
    told: Promise<void>,
  ): Promise<Stretch> {
    const complete = this.#scope.grows
      ? told.then(() => this.#withChildren(from, to, reading, deployed))
      : deployed;
    const [logs, last] = await Promise.all([complete, this.#requireHeader(to)]);
    const byHash = Map.groupBy(logs, (log) => log.blockHash);
    const blocks: IndexedBlock[] = [];
    for (const group of byHash.values()) blocks.push(await this.#toBlock(group));
    const endLogs = blocks.at(-1);
    if (endLogs?.number === to) {
      if (endLogs.hash !== last.hash) throw inconsistent("eth_getLogs", `two blocks ${to}`);
    } else blocks.push({ number: to, hash: last.hash, timestampMs: last.timestampMs, logs: [] });
    return { blocks, end: { number: to, hash: last.hash } };
  }

  async #withChildren(
    from: bigint,
    to: bigint,
    reading: ScopeReading,
    deployed: Promise<readonly RawLog[]>,
  ): Promise<readonly RawLog[]> {
    const children = await this.#logsOf(from, to, reading.children);
    return mergeLogs([await deployed, children.filter((log) => reading.has(log))]);
  }

  async #logsOf(
    from: bigint,
    to: bigint,
    queries: readonly LogQuery[],
  ): Promise<readonly RawLog[]> {
    const lists = await Promise.all(queries.map((query) => this.#logs(from, to, query)));
    return lists.length === 0 ? [] : mergeLogs(lists);
  }

  async #logs(from: bigint, to: bigint, query: LogQuery): Promise<RawLog[]> {
    try {
      const logs = await this.#source.logs(from, to, query);
      this.#adapt(to - from + 1n, logs.length);
      return logs;
    } catch (error) {
      const half = (to - from + 1n) / 2n;
      if (half === 0n) throw error;
      this.#rangeBlocks = min(this.#rangeBlocks, half);
      this.#logger.debug(
        { err: error, blocks: half.toString() },
        "a range was refused; halving it",
      );
      const lower = await this.#logs(from, from + half - 1n, query);
      return [...lower, ...(await this.#logs(from + half, to, query))];
    }
  }

  #adapt(blocks: bigint, logs: number): void {
    if (logs > MANY_LOGS) this.#rangeBlocks = min(this.#rangeBlocks, max(1n, blocks / 2n));
    else if (logs < FEW_LOGS && blocks >= this.#rangeBlocks)
      this.#rangeBlocks = min(this.#rangeBlocks * 2n, RANGE_MAX);
  }

  async #toBlock(logs: readonly RawLog[]): Promise<IndexedBlock> {
    const [log] = logs;
    if (log === undefined) throw new Error("a block of the range has no logs");
    const { blockNumber: number, blockHash: hash } = log;
    const timestampMs = log.timestampMs ?? (await this.#timestampOf(number, hash));
    return { number, hash, timestampMs, logs };
  }

  async #timestampOf(number: bigint, hash: string): Promise<number> {
    const header = await this.#requireHeader(number);
    if (header.hash === hash) return header.timestampMs;
    throw inconsistent("eth_getLogs", `block ${number} is ${header.hash}, its logs are of ${hash}`);
  }

  async #requireHeader(number: bigint): Promise<BlockHeader> {
    const header = await this.#source.header(number);
    if (header) return header;
    throw inconsistent("eth_getBlockByNumber", `there is no block ${number} below the head`);
  }
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
