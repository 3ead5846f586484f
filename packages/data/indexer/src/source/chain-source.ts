import type { Address, Hash } from "viem";
import { IndexerError } from "../indexer-error.ts";
import type { RpcConnection } from "../rpc/rpc-connection.ts";
import type { BlockHeader, IndexedBlock, RawLog } from "./block.ts";
import { bloomBits, LogBloom } from "./log-bloom.ts";
import { type LogQuery, mergeLogs } from "./log-query.ts";
import { inconsistent, parseHeader, parseLogs, parseQuantity } from "./parse-answer.ts";

/** Reads a chain over JSON-RPC, and believes it only as far as its answers agree with each other. */
export class ChainSource {
  readonly connection: RpcConnection;

  constructor(connection: RpcConnection) {
    this.connection = connection;
  }

  async chainId(): Promise<bigint> {
    return parseQuantity("eth_chainId", await this.connection.request("eth_chainId", []));
  }

  /** The newest block. */
  async head(): Promise<BlockHeader> {
    return parseHeader(GET_BLOCK, await this.connection.request(GET_BLOCK, ["latest", false]));
  }

  /** The newest block that the chain calls final; undefined where it knows no such thing. */
  async finalized(): Promise<BlockHeader | undefined> {
    try {
      const answer = await this.connection.request(GET_BLOCK, ["finalized", false]);
      return answer === null ? undefined : parseHeader(GET_BLOCK, answer);
    } catch (error) {
      if (error instanceof IndexerError && error.code === "INDEXER_SOURCE_REFUSED")
        return undefined;
      throw error;
    }
  }

  /** Undefined where the chain has no block of that number. */
  async header(number: bigint): Promise<BlockHeader | undefined> {
    const answer = await this.connection.request(GET_BLOCK, [toQuantity(number), false]);
    if (answer === null) return undefined;
    const header = parseHeader(GET_BLOCK, answer);
    if (header.number !== number)
      throw inconsistent(GET_BLOCK, `block ${header.number} came instead of ${number}`);
    return header;
  }

  /**
   * A block with its logs that match any of `queries`, by its hash, so that they are of this block and no other of
   * its number.
   */
  async block(header: BlockHeader, queries: readonly LogQuery[]): Promise<IndexedBlock> {
    const { number, hash, timestampMs, logsBloom } = header;
    const bloom = logsBloom === undefined ? undefined : new LogBloom(logsBloom);
    const asked = queries.filter((query) => bloom === undefined || query.mayMatch(bloom));
    const lists = await Promise.all(asked.map((query) => this.#logsOf(header, query)));
    return { number, hash, timestampMs, logs: lists.length === 0 ? [] : mergeLogs(lists) };
  }

  /**
   * The logs of `[from, to]` that match `query`, in order. Only for history: by number, so a reorg meanwhile may mix branches.
   * The blocks that have logs come without their timestamps.
   */
  async logs(from: bigint, to: bigint, query: LogQuery): Promise<RawLog[]> {
    const filter = { fromBlock: toQuantity(from), toBlock: toQuantity(to), ...query.toFilter() };
    const logs = parseLogs(GET_LOGS, await this.connection.request(GET_LOGS, [filter]));
    requireOrdered(logs);
    const first = logs[0];
    const last = logs.at(-1);
    if (first && last && (first.blockNumber < from || last.blockNumber > to))
      throw inconsistent(GET_LOGS, `a log is outside of the range ${from} to ${to}`);
    return logs;
  }

  async #logsOf(header: BlockHeader, query: LogQuery): Promise<RawLog[]> {
    const filter = { blockHash: header.hash, ...query.toFilter() };
    const logs = parseLogs(GET_LOGS, await this.connection.request(GET_LOGS, [filter]));
    requireOrdered(logs);
    const foreign = logs.find((log) => log.blockHash !== header.hash);
    if (foreign) throw inconsistent(GET_LOGS, `a log is of block ${foreign.blockHash}`);
    requireInBloom(header, logs);
    return logs;
  }
}

const GET_BLOCK = "eth_getBlockByNumber";
const GET_LOGS = "eth_getLogs";

function toQuantity(number: bigint): string {
  return `0x${number.toString(16)}`;
}

/** Rising log indexes within a block, rising blocks, one hash a block. */
function requireOrdered(logs: readonly RawLog[]): void {
  for (const [index, log] of logs.entries()) {
    const before = logs[index - 1];
    if (before === undefined || before.blockNumber < log.blockNumber) continue;
    const sameBlock = before.blockNumber === log.blockNumber && before.blockHash === log.blockHash;
    if (!sameBlock || before.logIndex >= log.logIndex)
      throw inconsistent(GET_LOGS, "the logs are out of order, repeated, or of two branches");
  }
}

/** A header commits to its logs: one that its bloom excludes is of another block. */
function requireInBloom(header: BlockHeader, logs: readonly RawLog[]): void {
  if (header.logsBloom === undefined || logs.length === 0) return;
  const bloom = new LogBloom(header.logsBloom);
  const checked = new Set<Address | Hash>();
  for (const log of logs) {
    for (const item of [log.address, ...log.topics]) {
      if (checked.has(item)) continue;
      if (!bloom.mayHave(bloomBits(item)))
        throw inconsistent(GET_LOGS, `the header's bloom excludes ${item}`);
      checked.add(item);
    }
  }
}
