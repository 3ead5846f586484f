import type { Logger } from "@ghostchain/service";
import type { BlockHeader, ChainPoint, IndexedBlock, RawLog } from "./block.ts";
import type { ChainSource } from "./chain-source.ts";
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
  readonly #logger: Logger;
  #rangeBlocks = RANGE_FIRST;

  constructor(source: ChainSource, logger: Logger) {
    this.#source = source;
    this.#logger = logger;
  }

  /** The stretches of `[from, to]`, at most four of them read ahead. */
  async *read(from: bigint, to: bigint, signal: AbortSignal): AsyncGenerator<Stretch> {
    const ahead: Promise<Stretch>[] = [];
    let next = from;
    while (next <= to || ahead.length > 0) {
      signal.throwIfAborted();
      while (next <= to && ahead.length < IN_FLIGHT) {
        const last = min(next + this.#rangeBlocks - 1n, to);
        const stretch = this.#stretch(next, last);
        // It may fail before anyone waits for it, or when nobody does any more.
        stretch.catch(() => {});
        ahead.push(stretch);
        next = last + 1n;
      }
      const first = ahead.shift();
      if (first) yield await first;
    }
  }

  async #stretch(from: bigint, to: bigint): Promise<Stretch> {
    const [logs, last] = await Promise.all([this.#logs(from, to), this.#requireHeader(to)]);
    const byHash = Map.groupBy(logs, (log) => log.blockHash);
    const blocks: IndexedBlock[] = [];
    for (const group of byHash.values()) blocks.push(await this.#toBlock(group));
    const endLogs = blocks.at(-1);
    if (endLogs?.number === to) {
      if (endLogs.hash !== last.hash) throw inconsistent("eth_getLogs", `two blocks ${to}`);
    } else blocks.push({ number: to, hash: last.hash, timestampMs: last.timestampMs, logs: [] });
    return { blocks, end: { number: to, hash: last.hash } };
  }

  async #logs(from: bigint, to: bigint): Promise<RawLog[]> {
    try {
      const logs = await this.#source.logs(from, to);
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
      const lower = await this.#logs(from, from + half - 1n);
      return [...lower, ...(await this.#logs(from + half, to))];
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
