import type { Sql } from "@ghostchain/database";
import type { Hash } from "viem";
import type { ChainPoint } from "../source/block.ts";

/** A part of history that some process fetches. */
export interface ClaimedRange {
  readonly chain: number;
  /** Of this claim alone: a process that lost the range to another one has an older one. */
  readonly claim: string;
  /** What was planned together has one plan. */
  readonly plan: string;
  readonly from: bigint;
  readonly to: bigint;
}

/** A part of history whose raw events are stored, and how it joins what is around it. */
export interface FetchedRange {
  readonly from: bigint;
  /** Of its first block. */
  readonly parentHash: Hash;
  readonly end: ChainPoint;
}

/** What a range's raw events must have been fetched for, to be of use. */
export interface Wanted {
  readonly chain: string;
  readonly genesisHash: Hash;
  readonly contractsDigest: string;
}

/** Divides `[from, to]`; for the writer, in a transaction that moves its progress. */
export async function planRanges(
  sql: Sql,
  chain: number,
  plan: string,
  range: { readonly from: bigint; readonly to: bigint; readonly blocks: bigint },
): Promise<void> {
  await sql.query(
    `INSERT INTO indexer.backfill_range (chain, plan, from_block, to_block)
     SELECT $1::smallint, $2::uuid, first, least(first + $5::bigint - 1, $4)
     FROM generate_series($3::bigint, $4::bigint, $5::bigint) AS first`,
    [chain, plan, range.from, range.to, range.blocks],
  );
}

/** The lowest range that nobody holds, or whose holder has not been heard of for too long. */
export async function claimRange(
  sql: Sql,
  wanted: Wanted,
  claim: string,
  leaseMs: number,
): Promise<ClaimedRange | undefined> {
  const [row] = await sql.query<RangeRow>(CLAIM, [
    ...[wanted.chain, wanted.genesisHash, wanted.contractsDigest, claim, leaseMs],
  ]);
  if (row === undefined) return undefined;
  const { chain, plan, from_block: from, to_block: to } = row;
  return { chain, claim, plan, from, to };
}

/** Keeps a claim for longer. @returns false when it was lost */
export async function renewClaim(sql: Sql, range: ClaimedRange, leaseMs: number): Promise<boolean> {
  const { chain, from, claim } = range;
  return (await sql.query(RENEW, [chain, from, claim, leaseMs])).length === 1;
}

/** Lets a range go at once, for others to claim. */
export async function releaseClaim(sql: Sql, { chain, from, claim }: ClaimedRange): Promise<void> {
  await sql.query(
    `UPDATE indexer.backfill_range SET claim = NULL, lease_until = NULL
     WHERE chain = $1 AND from_block = $2 AND claim = $3::uuid AND NOT done`,
    [chain, from, claim],
  );
}

/**
 * Marks the beginning of a range as fetched, in the transaction that stores its raw events.
 *
 * @returns what is left of the range, undefined for nothing; or `lost`, when nothing may be stored
 */
export async function finishPart(
  sql: Sql,
  range: ClaimedRange,
  part: FetchedRange,
  leaseMs: number,
): Promise<ClaimedRange | undefined | "lost"> {
  const { chain, claim, plan, from, to } = range;
  const { end, parentHash } = part;
  if (end.number >= to) {
    const finished = await sql.query(FINISH, [chain, from, claim, end.hash, parentHash]);
    return finished.length === 1 ? undefined : "lost";
  }
  const moved = await sql.query(MOVE, [chain, from, claim, end.number + 1n, leaseMs]);
  if (moved.length !== 1) return "lost";
  await sql.query(INSERT_DONE, [chain, plan, from, end.number, end.hash, parentHash]);
  return { ...range, from: end.number + 1n };
}

/** Whether any range is left, and which of those that are fetched follow `after` without a gap. */
export async function readFetched(
  sql: Sql,
  chain: number,
  after: bigint,
): Promise<{ readonly left: boolean; readonly ranges: readonly FetchedRange[] }> {
  const rows = await sql.query<FetchedRow>(FETCHED, [chain]);
  const ranges: FetchedRange[] = [];
  let next = after + 1n;
  for (const row of rows) {
    if (!row.done || row.from_block !== next) break;
    const end = { number: row.to_block, hash: row.end_hash };
    ranges.push({ from: row.from_block, parentHash: row.parent_hash, end });
    next = row.to_block + 1n;
  }
  return { left: rows.length > 0, ranges };
}

/** Forgets the ranges up to `to`: they are part of the chain's own progress now. */
export async function dropRanges(sql: Sql, chain: number, to: bigint): Promise<void> {
  await sql.query("DELETE FROM indexer.backfill_range WHERE chain = $1 AND to_block <= $2", [
    ...[chain, to],
  ]);
}

/** Has a range fetched again. */
export async function discardRange(sql: Sql, chain: number, range: FetchedRange): Promise<void> {
  const { from, end } = range;
  await sql.query(DISCARD, [chain, from]);
  await sql.query("DELETE FROM indexer.event WHERE chain = $1 AND block_number BETWEEN $2 AND $3", [
    chain,
    from,
    end.number,
  ]);
  await sql.query("DELETE FROM indexer.block WHERE chain = $1 AND number BETWEEN $2 AND $3", [
    ...[chain, from, end.number],
  ]);
}

/** Says that this process is there to fetch for others. */
export async function announceHelper(sql: Sql, id: string, wanted: Wanted): Promise<void> {
  await sql.query(ANNOUNCE, [id, wanted.chain, wanted.contractsDigest]);
}

export async function retireHelper(sql: Sql, id: string): Promise<void> {
  await sql.query("DELETE FROM indexer.helper WHERE id = $1::uuid", [id]);
}

/** Whether any process was there to help a moment ago. Those that are long gone are forgotten. */
export async function hasHelpers(sql: Sql, wanted: Wanted, withinMs: number): Promise<boolean> {
  const [row] = await sql.query<{ found: boolean }>(HELPERS, [
    ...[wanted.chain, wanted.contractsDigest, withinMs],
  ]);
  return row?.found === true;
}

const AFTER_LEASE = (parameter: string) =>
  `now() + ${parameter}::double precision * interval '1 millisecond'`;

const CLAIM = `
  UPDATE indexer.backfill_range r SET claim = $4::uuid, lease_until = ${AFTER_LEASE("$5")}
  FROM (
    SELECT b.chain, b.from_block FROM indexer.backfill_range b JOIN indexer.chain c ON c.id = b.chain
    WHERE c.name = $1 AND c.genesis_hash = $2 AND c.contracts_digest = $3
      AND NOT b.done AND (b.lease_until IS NULL OR b.lease_until < now())
    ORDER BY b.from_block LIMIT 1 FOR UPDATE OF b SKIP LOCKED
  ) free
  WHERE r.chain = free.chain AND r.from_block = free.from_block
  RETURNING r.chain, r.plan, r.from_block, r.to_block`;

const HELD = "chain = $1 AND from_block = $2 AND claim = $3::uuid AND NOT done";
const RENEW = `
  UPDATE indexer.backfill_range SET lease_until = ${AFTER_LEASE("$4")} WHERE ${HELD} RETURNING 1`;
const MOVE = `
  UPDATE indexer.backfill_range SET from_block = $4, lease_until = ${AFTER_LEASE("$5")}
  WHERE ${HELD} RETURNING 1`;
const FINISH = `
  UPDATE indexer.backfill_range
  SET done = true, lease_until = NULL, end_hash = $4, parent_hash = $5 WHERE ${HELD} RETURNING 1`;
const INSERT_DONE = `
  INSERT INTO indexer.backfill_range (chain, plan, from_block, to_block, end_hash, parent_hash, done)
  VALUES ($1, $2::uuid, $3, $4, $5, $6, true)`;
const FETCHED = `
  SELECT from_block, to_block, end_hash, parent_hash, done FROM indexer.backfill_range
  WHERE chain = $1 ORDER BY from_block LIMIT 100`;
const DISCARD = `
  UPDATE indexer.backfill_range
  SET done = false, claim = NULL, lease_until = NULL, end_hash = NULL, parent_hash = NULL
  WHERE chain = $1 AND from_block = $2 AND done`;
const ANNOUNCE = `
  INSERT INTO indexer.helper (id, chain, contracts_digest, seen_at) VALUES ($1::uuid, $2, $3, now())
  ON CONFLICT (id, chain) DO UPDATE SET contracts_digest = $3, seen_at = now()`;
const HELPERS = `
  WITH gone AS (DELETE FROM indexer.helper WHERE seen_at < now() - interval '1 hour')
  SELECT EXISTS (SELECT FROM indexer.helper WHERE chain = $1 AND contracts_digest = $2
    AND seen_at > now() - $3::double precision * interval '1 millisecond') AS found`;

type RangeRow = { chain: number; plan: string; from_block: bigint; to_block: bigint };
type FetchedRow = {
  from_block: bigint;
  to_block: bigint;
  end_hash: Hash;
  parent_hash: Hash;
  done: boolean;
};
