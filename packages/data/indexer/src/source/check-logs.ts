import type { Address, Hash } from "viem";
import type { BlockHeader, RawLog } from "./block.ts";
import { bloomBits, LogBloom } from "./log-bloom.ts";
import { inconsistent } from "./parse-answer.ts";

const GET_LOGS = "eth_getLogs";

/** Rising log indexes within a block, rising blocks, one hash a block. */
export function requireOrdered(logs: readonly RawLog[]): void {
  for (const [index, log] of logs.entries()) {
    const before = logs[index - 1];
    if (before === undefined || before.blockNumber < log.blockNumber) continue;
    const sameBlock = before.blockNumber === log.blockNumber && before.blockHash === log.blockHash;
    if (!sameBlock || before.logIndex >= log.logIndex)
      throw inconsistent(GET_LOGS, "the logs are out of order, repeated, or of two branches");
  }
}

/** Logs of one block: of this one and no other of its number, and none that its bloom excludes. */
export function requireOfBlock(header: BlockHeader, logs: readonly RawLog[]): void {
  const foreign = logs.find(
    (log) => log.blockHash !== header.hash || log.blockNumber !== header.number,
  );
  if (foreign) throw inconsistent(GET_LOGS, `a log is of block ${foreign.blockHash}`);
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

export function requireInRange(logs: readonly RawLog[], from: bigint, to: bigint): void {
  const [first, last] = [logs[0], logs.at(-1)];
  if (first && last && (first.blockNumber < from || last.blockNumber > to))
    throw inconsistent(GET_LOGS, `a log is outside of the range ${from} to ${to}`);
}

/** What two answers to the same question are to each other. */
export type Comparison = "equal" | "first-has-more" | "second-has-more" | "different";

export function compareLogs(first: readonly RawLog[], second: readonly RawLog[]): Comparison {
  const [a, b] = [new Set(first.map(describeLog)), new Set(second.map(describeLog))];
  const firstCovers = [...b].every((one) => a.has(one));
  const secondCovers = [...a].every((one) => b.has(one));
  if (firstCovers && secondCovers) return "equal";
  if (firstCovers) return "first-has-more";
  return secondCovers ? "second-has-more" : "different";
}

/** All of it that every server must say alike. */
function describeLog(log: RawLog): string {
  const { blockHash, logIndex, transactionHash, address, topics, data } = log;
  return [blockHash, logIndex, transactionHash, address, topics.join(), data].join("|");
}
