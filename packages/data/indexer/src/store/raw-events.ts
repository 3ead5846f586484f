import type { Sql, SqlValue } from "@ghostchain/database";
import type { Address, Hash, Hex } from "viem";
import type { ChainPoint, IndexedBlock, RawLog } from "../source/block.ts";

/** Stores a few blocks with their logs; nothing is awaited before all is sent. */
export async function storeBlocks(
  sql: Sql,
  chain: number,
  blocks: readonly IndexedBlock[],
): Promise<void> {
  const events = blocks.flatMap((block) => block.logs.map(toEventRow));
  await Promise.all([
    sql.query(STORE_BLOCKS, [chain, JSON.stringify(blocks.map(toBlockRow))]),
    events.length > 0 ? sql.query(STORE_EVENTS, [chain, JSON.stringify(events)]) : undefined,
  ]);
}

/** Stores many blocks with their logs, with COPY. */
export async function loadBlocks(
  sql: Sql,
  chain: number,
  blocks: readonly IndexedBlock[],
): Promise<void> {
  await sql.copy(
    "indexer.block",
    [...BLOCK_COLUMNS, "chain"],
    mapRows(chain, blocks, BLOCK_COLUMNS, toBlockRow),
  );
  const logs = blocks.flatMap((block) => block.logs);
  await sql.copy(
    "indexer.event",
    [...EVENT_COLUMNS, "chain"],
    mapRows(chain, logs, EVENT_COLUMNS, toEventRow),
  );
}

/** Removes the blocks above `ancestor` and their events. */
export async function deleteBlocksAbove(sql: Sql, chain: number, ancestor: bigint): Promise<void> {
  await Promise.all([
    // First: who still stores what was planned is waited for, and stores nothing more.
    sql.query("DELETE FROM indexer.backfill_range WHERE chain = $1", [chain]),
    sql.query("DELETE FROM indexer.event WHERE chain = $1 AND block_number > $2", [
      chain,
      ancestor,
    ]),
    sql.query("DELETE FROM indexer.block WHERE chain = $1 AND number > $2", [chain, ancestor]),
  ]);
}

/** Forgets the blocks below `limit` that have no event, and how to undo any of them. */
export async function pruneBelow(sql: Sql, chain: number, limit: bigint): Promise<void> {
  await Promise.all([
    sql.query("DELETE FROM indexer.undo WHERE chain = $1 AND block_number < $2", [chain, limit]),
    sql.query(PRUNE_BLOCKS, [chain, limit]),
  ]);
}

/** The blocks at or below `limit`, from the highest down: what a fork is searched in. */
export async function storedPoints(
  sql: Sql,
  chain: number,
  limit: bigint,
  count: number,
): Promise<readonly ChainPoint[]> {
  return sql.query<{ number: bigint; hash: Hash }>(
    `SELECT number, hash FROM indexer.block WHERE chain = $1 AND number <= $2
     ORDER BY number DESC LIMIT $3`,
    [chain, limit, count],
  );
}

const READ_BLOCKS = 500;

/** The next blocks in `(after, to]` as they were stored, in order; empty when there are no more. */
export async function readBlocks(
  sql: Sql,
  chain: number,
  after: bigint,
  to: bigint,
): Promise<IndexedBlock[]> {
  const blocks = await sql.query<BlockRow>(
    `SELECT number, hash, timestamp_ms FROM indexer.block WHERE chain = $1 AND number > $2 AND number <= $3
     ORDER BY number LIMIT ${READ_BLOCKS}`,
    [chain, after, to],
  );
  const last = blocks.at(-1);
  if (last === undefined) return [];
  const events = await sql.query<EventRow>(READ_EVENTS, [chain, after, last.number]);
  const byBlock = Map.groupBy(events, (event) => event.block_number);
  return blocks.map((block) => ({
    number: block.number,
    hash: block.hash,
    timestampMs: Number(block.timestamp_ms),
    logs: (byBlock.get(block.number) ?? []).map((event) => toRawLog(event, block.hash)),
  }));
}

const STORE_BLOCKS = `
  INSERT INTO indexer.block (chain, number, hash, timestamp_ms)
  SELECT $1::smallint, number, hash, timestamp_ms FROM json_to_recordset($2::json)
    AS r (number bigint, hash text, timestamp_ms bigint)`;

const STORE_EVENTS = `
  INSERT INTO indexer.event (chain, block_number, log_index, transaction_hash, address, topics, data)
  SELECT $1::smallint, block_number, log_index, transaction_hash, address, topics, data
  FROM json_to_recordset($2::json) AS r (block_number bigint, log_index integer,
    transaction_hash bytea, address bytea, topics bytea, data bytea)`;

const PRUNE_BLOCKS = `
  DELETE FROM indexer.block b WHERE chain = $1 AND number < $2
    AND NOT EXISTS (SELECT FROM indexer.event e WHERE e.chain = b.chain AND e.block_number = b.number)`;

const READ_EVENTS = `
  SELECT block_number, log_index, encode(transaction_hash, 'hex') AS transaction_hash,
    encode(address, 'hex') AS address, encode(topics, 'hex') AS topics, encode(data, 'hex') AS data
  FROM indexer.event
  WHERE chain = $1 AND block_number > $2 AND block_number <= $3 ORDER BY block_number, log_index`;

const BLOCK_COLUMNS = ["number", "hash", "timestamp_ms"] as const;
const EVENT_COLUMNS = [
  ...(["block_number", "log_index", "transaction_hash", "address", "topics", "data"] as const),
];

type BlockRow = { number: bigint; hash: Hash; timestamp_ms: bigint };
type EventRow = {
  block_number: bigint;
  log_index: number;
  transaction_hash: string;
  address: string;
  topics: string;
  data: string;
};

function toBlockRow(block: IndexedBlock) {
  return { number: block.number.toString(), hash: block.hash, timestamp_ms: block.timestampMs };
}

/** Bytes as PostgreSQL reads them from text. */
function toEventRow(log: RawLog) {
  const bytes = (hex: Hex) => `\\x${hex.slice(2)}`;
  return {
    block_number: log.blockNumber.toString(),
    log_index: log.logIndex,
    transaction_hash: bytes(log.transactionHash),
    address: bytes(log.address),
    topics: bytes(`0x${log.topics.map((topic) => topic.slice(2)).join("")}`),
    data: bytes(log.data),
  };
}

const TOPIC_CHARS = 64;

function toRawLog(event: EventRow, blockHash: Hash): RawLog {
  const { topics } = event;
  const count = topics.length / TOPIC_CHARS;
  return {
    blockNumber: event.block_number,
    blockHash,
    logIndex: event.log_index,
    transactionHash: `0x${event.transaction_hash}`,
    address: `0x${event.address}` as Address,
    topics: Array.from(
      { length: count },
      (_, i): Hash => `0x${topics.slice(i * TOPIC_CHARS, (i + 1) * TOPIC_CHARS)}`,
    ),
    data: `0x${event.data}`,
    timestampMs: undefined,
  };
}

function* mapRows<T, C extends string>(
  chain: number,
  items: readonly T[],
  columns: readonly C[],
  toRow: (item: T) => Record<C, SqlValue>,
): Generator<SqlValue[]> {
  for (const item of items) {
    const row = toRow(item);
    yield [...columns.map((column) => row[column]), chain];
  }
}
