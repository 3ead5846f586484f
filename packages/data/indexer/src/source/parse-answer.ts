import type { Address, Hash, Hex } from "viem";
import { IndexerError } from "../indexer-error.ts";
import type { BlockHeader, RawLog } from "./block.ts";

/** @throws {IndexerError} `INDEXER_SOURCE_INCONSISTENT` for what is not a header */
export function parseHeader(method: string, answer: unknown): BlockHeader {
  const header = requireObject(method, answer);
  const bloom = header.logsBloom;
  return {
    number: quantity(method, header, "number"),
    hash: hash(method, header, "hash"),
    parentHash: hash(method, header, "parentHash"),
    timestampMs: Number(quantity(method, header, "timestamp")) * 1_000,
    sealedAtMs:
      header.milliTimestamp === undefined
        ? undefined
        : Number(quantity(method, header, "milliTimestamp")),
    logsBloom: typeof bloom === "string" && BLOOM.test(bloom) ? (bloom as Hex) : undefined,
  };
}

/** @throws {IndexerError} `INDEXER_SOURCE_INCONSISTENT` for what is not a list of logs of sealed blocks */
export function parseLogs(method: string, answer: unknown): RawLog[] {
  if (!Array.isArray(answer)) throw inconsistent(method, "the answer is not a list of logs");
  return answer.map((entry: unknown) => parseLog(method, entry));
}

export function parseQuantity(method: string, answer: unknown): bigint {
  return quantity(method, { answer }, "answer");
}

export function inconsistent(method: string, reason: string): IndexerError {
  return new IndexerError({ code: "INDEXER_SOURCE_INCONSISTENT", method, reason });
}

const QUANTITY = /^0x[0-9a-fA-F]{1,64}$/;
const BLOOM = /^0x[0-9a-fA-F]{512}$/;
const HASH = /^0x[0-9a-fA-F]{64}$/;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const DATA = /^0x(?:[0-9a-fA-F]{2})*$/;
const TOPICS_MAX = 4;

type Fields = Readonly<Record<string, unknown>>;

function parseLog(method: string, entry: unknown): RawLog {
  const log = requireObject(method, entry);
  const { topics } = log;
  if (!Array.isArray(topics) || topics.length > TOPICS_MAX)
    throw inconsistent(method, "a log has no topics, or more than four");
  if (log.removed === true) throw inconsistent(method, "a log is of a block that was removed");
  return {
    blockNumber: quantity(method, log, "blockNumber"),
    blockHash: hash(method, log, "blockHash"),
    logIndex: Number(quantity(method, log, "logIndex")),
    transactionHash: hash(method, log, "transactionHash"),
    address: text(method, log, "address", ADDRESS) as Address,
    topics: topics.map((topic: unknown) => hash(method, { topic }, "topic")),
    data: text(method, log, "data", DATA) as Hex,
    timestampMs:
      log.blockTimestamp === undefined
        ? undefined
        : Number(quantity(method, log, "blockTimestamp")) * 1_000,
  };
}

function requireObject(method: string, answer: unknown): Fields {
  if (typeof answer === "object" && answer !== null) return answer as Fields;
  throw inconsistent(
    method,
    `an object was expected, ${answer === null ? "null" : typeof answer} came`,
  );
}

function quantity(method: string, fields: Fields, name: string): bigint {
  return BigInt(text(method, fields, name, QUANTITY));
}

function hash(method: string, fields: Fields, name: string): Hash {
  return text(method, fields, name, HASH) as Hash;
}

/** Lower-case, so that equal means equal. */
function text(method: string, fields: Fields, name: string, shape: RegExp): string {
  const value = fields[name];
  if (typeof value !== "string" || !shape.test(value))
    throw inconsistent(method, `${name} is missing or malformed`);
  return value.toLowerCase();
}
