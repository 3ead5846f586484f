import type { Hash } from "@ghostchain/evm";
import type { BlockReference } from "../backend.ts";
import type { LogCriteria } from "../log-filter.ts";
import { readBlockNumber } from "./block-reference.ts";
import {
  field,
  invalidValue,
  type JsonObject,
  listOf,
  readAddress,
  readHash,
  readObject,
} from "./value.ts";

/** Alternatives one position, or the address, may list. */
const ALTERNATIVES = 1_000;
const TOPIC_POSITIONS = 4;

/** What `eth_getLogs` and `eth_newFilter` are asked for: one block by hash, or a range. */
export type LogQuery = LogCriteria & LogScope;

export type LogScope =
  | { readonly blockHash: Hash }
  | { readonly from: BlockReference | undefined; readonly to: BlockReference | undefined };

export function readLogQuery(value: unknown): LogQuery {
  const object = readObject(value);
  return { ...readLogCriteria(object), ...readScope(object) };
}

export function readLogCriteria(value: unknown): LogCriteria {
  const object = readObject(value);
  return {
    addresses: field(object, "address", oneOrMore(readAddress)) ?? [],
    topics: field(object, "topics", listOf(readTopicChoice, TOPIC_POSITIONS)) ?? [],
  };
}

function readScope(object: JsonObject): LogScope {
  const blockHash = field(object, "blockHash", readHash);
  const from = field(object, "fromBlock", readBlockNumber);
  const to = field(object, "toBlock", readBlockNumber);
  if (blockHash === undefined) return { from, to };
  if (from !== undefined || to !== undefined) {
    throw invalidValue(
      "cannot specify both blockHash and fromBlock/toBlock, choose one or the other",
    );
  }
  return { blockHash };
}

/** Null, or a list with null in it, takes any topic. */
function readTopicChoice(value: unknown): readonly Hash[] {
  if (value === null) return [];
  if (!Array.isArray(value)) return [readHash(value)];
  if (value.includes(null)) return [];
  return listOf(readHash, ALTERNATIVES)(value);
}

function oneOrMore<T>(read: (value: unknown) => T): (value: unknown) => readonly T[] {
  return (value) => (Array.isArray(value) ? listOf(read, ALTERNATIVES)(value) : [read(value)]);
}
