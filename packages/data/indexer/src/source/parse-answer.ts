import type { Address, Hash, Hex } from "viem";
import { IndexerError } from "../indexer-error.ts";
import type { BlockHeader, RawLog } from "./block.ts";
import { hashHeader } from "./header-hash.ts";

/**
 * `hashed` is for chains that hash a header as Ethereum does: then one that has another hash than it says is refused,
 * and so is one that does not say enough to tell.
 *
 * @throws {IndexerError} `INDEXER_SOURCE_INCONSISTENT` for what is not a header
 */
export function parseHeader(method: string, answer: unknown, hashed = false): BlockHeader {
  const header = requireObject(method, answer);
  const { logsBloom: bloom, receiptsRoot: root } = header;
  if (hashed && hashHeader(header) !== hash(method, header, "hash"))
    throw inconsistent(method, `block ${header.number} does not have the hash it comes with`);
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
    receiptsRoot: typeof root === "string" && HASH.test(root) ? lowerHash(root) : undefined,
  };
}

/** @throws {IndexerError} `INDEXER_SOURCE_INCONSISTENT` for what is not a list of logs of sealed blocks */
export function parseLogs(method: string, answer: unknown): RawLog[] {
  if (!Array.isArray(answer)) throw inconsistent(method, "the answer is not a list of logs");
  return answer.map((entry: unknown) => parseLog(method, entry));
}

/** True for a header that hashes to the hash it comes with. */
export function isHashedHeader(answer: unknown): boolean {
  if (typeof answer !== "object" || answer === null) return false;
  const { hash: said } = answer as Fields;
  return typeof said === "string" && hashHeader(answer as Fields) === said.toLowerCase();
}

/** The server does not have what others have. */
export function behind(method: string, reason: string): IndexerError {
  return new IndexerError({ code: "INDEXER_SOURCE_BEHIND", method, reason });
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

function lowerHash(value: string): Hash {
  return value.toLowerCase() as Hash;
}

/** Lower-case, so that equal means equal. */
function text(method: string, fields: Fields, name: string, shape: RegExp): string {
  const value = fields[name];
  if (typeof value !== "string" || !shape.test(value))
    throw inconsistent(method, `${name} is missing or malformed`);
  return value.toLowerCase();
}
