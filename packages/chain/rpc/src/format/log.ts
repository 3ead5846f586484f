import { bytesToHex, toQuantity } from "@ghostchain/encoding";
import type { Log } from "@ghostchain/evm";
import type { ExecutedReceipt, StoredBlock } from "@ghostchain/protocol";
import type { LogFilter } from "../log-filter.ts";

export type LogJson = ReturnType<typeof formatLog>;

export interface LogPlace {
  readonly stored: StoredBlock;
  readonly transactionIndex: number;
  /** Counted over the whole block. */
  readonly logIndex: number;
  /** The block is no longer part of the chain. */
  readonly removed: boolean;
}

export function formatLog(log: Log, place: LogPlace) {
  const { header } = place.stored.block;
  return {
    address: log.address,
    topics: log.topics,
    data: bytesToHex(log.data),
    blockNumber: toQuantity(header.number),
    transactionHash: place.stored.transactionHashes[place.transactionIndex],
    transactionIndex: toQuantity(place.transactionIndex),
    blockHash: place.stored.hash,
    blockTimestamp: toQuantity(header.timestamp),
    logIndex: toQuantity(place.logIndex),
    removed: place.removed,
  };
}

/** The logs of a block that the filter takes, in order. Receipts whose bloom says no are not looked into. */
export function formatMatchingLogs(
  stored: StoredBlock,
  receipts: readonly ExecutedReceipt[],
  filter: LogFilter,
  removed: boolean,
): LogJson[] {
  const found: LogJson[] = [];
  let logIndex = 0;
  for (const [transactionIndex, receipt] of receipts.entries()) {
    if (receipt.logs.length > 0 && filter.mayMatch(receipt.logsBloom)) {
      for (const [offset, log] of receipt.logs.entries()) {
        if (!filter.matches(log)) continue;
        const place = { stored, transactionIndex, logIndex: logIndex + offset, removed };
        found.push(formatLog(log, place));
      }
    }
    logIndex += receipt.logs.length;
  }
  return found;
}
