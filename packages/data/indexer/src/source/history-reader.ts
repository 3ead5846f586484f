import type { Hash } from "viem";
import type { BlockHeader, ChainPoint, IndexedBlock, RawLog } from "./block.ts";
import type { ChainSource } from "./chain-source.ts";
import { requireOrdered } from "./check-logs.ts";
import { mergeLogs } from "./log-query.ts";
import type { LogScope, ScopeReading } from "./log-scope.ts";
import { inconsistent } from "./parse-answer.ts";
import type { LogRange } from "./range-reader.ts";

/** A stretch of history: its blocks that have logs, and its last block. */
export interface Stretch {
  readonly blocks: readonly IndexedBlock[];
  readonly end: ChainPoint;
  /** Of its first block: what must be the end of the stretch before. */
  readonly parentHash: Hash;
}

const IN_FLIGHT = 4;

/** Reads logs by ranges of blocks, several ranges at a time, and hands them on in order. */
export class HistoryReader {
  readonly #source: Pick<ChainSource, "range" | "rangeBlocks">;
  readonly #scope: LogScope;

  constructor(source: Pick<ChainSource, "range" | "rangeBlocks">, scope: LogScope) {
    this.#source = source;
    this.#scope = scope;
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
        const end = next + this.#source.rangeBlocks - 1n;
        const last = end < to ? end : to;
        const deployed = this.#source.range(next, last, this.#scope.deployed);
        told = Promise.all([deployed, told]).then(([{ logs }]) => reading.extend(logs));
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
    deployed: Promise<LogRange>,
    told: Promise<void>,
  ): Promise<Stretch> {
    const own = await deployed;
    if (!this.#scope.grows) return toStretch(from, to, own.logs, own.headers);
    await told;
    const children = await this.#source.range(from, to, reading.children);
    const ofChildren = children.logs.filter((log) => reading.has(log));
    const logs = mergeLogs([own.logs, ofChildren]);
    requireOrdered(logs);
    return toStretch(from, to, logs, new Map([...own.headers, ...children.headers]));
  }
}

/** Logs by block, and the last block. */
function toStretch(
  from: bigint,
  to: bigint,
  logs: readonly RawLog[],
  headers: ReadonlyMap<bigint, BlockHeader>,
): Stretch {
  const blocks: IndexedBlock[] = [];
  for (let at = 0; at < logs.length; ) {
    const first = logs[at];
    if (first === undefined) break;
    const { blockNumber: number, blockHash: hash, timestampMs: said } = first;
    let end = at + 1;
    while (logs[end]?.blockNumber === number) end += 1;
    const timestampMs = headers.get(number)?.timestampMs ?? said;
    if (timestampMs === undefined) throw inconsistent(GET_LOGS, "a log has no time");
    if (said !== undefined && said !== timestampMs)
      throw inconsistent(GET_LOGS, `the time of block ${number} is another`);
    blocks.push({ number, hash, timestampMs, logs: logs.slice(at, end) });
    at = end;
  }
  const [before, last] = [headers.get(from), headers.get(to)];
  if (before === undefined || last === undefined)
    throw inconsistent("eth_getBlockByNumber", `no block ${before ? to : from} came`);
  const { hash, timestampMs } = last;
  if (blocks.at(-1)?.number !== to) blocks.push({ number: to, hash, timestampMs, logs: [] });
  return { blocks, end: { number: to, hash }, parentHash: before.parentHash };
}

const GET_LOGS = "eth_getLogs";
