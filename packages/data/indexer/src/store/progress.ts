import type { Sql } from "@ghostchain/database";
import { type FeedPosition, feedPosition } from "@ghostchain/feed";
import type { Hash } from "viem";
import { IndexerError } from "../indexer-error.ts";
import type { ChainPoint } from "../source/block.ts";

/** A chain of this database. */
export interface ChainKey {
  /** What rows of schema `indexer` carry. */
  readonly id: number;
  /** What products and settings call it. */
  readonly name: string;
}

/** How far a chain is stored. The writer holds it in memory and moves it with every transaction. */
export interface Progress {
  readonly chain: ChainKey;
  /** The last block whose changes are in the tables. */
  readonly point: ChainPoint;
  /** Raw events are complete up to here; beyond `point` only while tables are rebuilt from them. */
  readonly raw: ChainPoint;
  /** Blocks from this one on can be undone. */
  readonly undoFrom: bigint;
  readonly feed: FeedPosition;
}

/** Which chain the tables are of, and what was wanted of it. */
export interface Identity {
  readonly chainId: bigint;
  readonly genesisHash: Hash;
  readonly contractsDigest: string;
  readonly productsDigest: string;
}

export interface Stored {
  readonly identity: Identity;
  readonly progress: Progress;
  /** Someone asked for everything to be derived anew. */
  readonly rebuild: boolean;
}

/** Undefined where nothing was indexed yet of the chain of this name. */
export async function loadProgress(sql: Sql, name: string): Promise<Stored | undefined> {
  const [row] = await sql.query<ChainRow>("SELECT * FROM indexer.chain WHERE name = $1", [name]);
  if (row === undefined) return undefined;
  return {
    identity: identityOf(row),
    progress: {
      chain: { id: row.id, name: row.name },
      point: { number: row.number, hash: row.hash },
      raw: { number: row.raw_number, hash: row.raw_hash },
      undoFrom: row.undo_from,
      feed: await feedPosition(sql),
    },
    rebuild: row.rebuild,
  };
}

/** How far one chain is stored, for whoever looks on. */
export interface ChainState extends Identity {
  readonly name: string;
  /** The last block whose changes are in the tables. */
  readonly point: ChainPoint;
  /** Raw events are complete up to here. */
  readonly raw: ChainPoint;
  readonly undoFrom: bigint;
  /** Someone asked for everything to be derived anew, and it has not begun yet. */
  readonly rebuildAsked: boolean;
  /** Contracts that factories made. */
  readonly children: number;
}

/** Every chain of the database. */
export async function readChainStates(sql: Sql): Promise<ChainState[]> {
  const rows = await sql.query<ChainRow & { children: bigint }>(
    `SELECT c.*, (SELECT count(*) FROM indexer.child WHERE chain = c.id) AS children
     FROM indexer.chain c ORDER BY id`,
    [],
  );
  return rows.map((row) => ({
    name: row.name,
    ...identityOf(row),
    point: { number: row.number, hash: row.hash },
    raw: { number: row.raw_number, hash: row.raw_hash },
    undoFrom: row.undo_from,
    rebuildAsked: row.rebuild,
    children: Number(row.children),
  }));
}

/** The names of the chains of which someone wants everything derived anew. */
export async function rebuildsAsked(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.query<{ name: string }>(
    "SELECT name FROM indexer.chain WHERE rebuild",
    [],
  );
  return rows.map(({ name }) => name);
}

/** The key of the chain of this name, or the one it will have. */
export async function chainKey(sql: Sql, name: string): Promise<ChainKey> {
  const [row] = await sql.query<{ id: number }>(KEY, [name]);
  if (row === undefined) throw new Error("an aggregate always has a row");
  return { id: row.id, name };
}

const KEY = `
  SELECT coalesce(max(id) FILTER (WHERE name = $1), max(id) + 1, 0)::int AS id FROM indexer.chain`;

/** Sets everything of one chain, whatever was there. */
export async function saveProgress(
  sql: Sql,
  { identity, progress }: Omit<Stored, "rebuild">,
): Promise<void> {
  const { chain, point, raw, undoFrom } = progress;
  await sql.query("DELETE FROM indexer.chain WHERE id = $1", [chain.id]);
  await sql.query(
    `INSERT INTO indexer.chain (id, name, chain_id, genesis_hash, contracts_digest, products_digest,
       number, hash, raw_number, raw_hash, undo_from) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[chain.id, chain.name, identity.chainId, identity.genesisHash],
      ...[identity.contractsDigest, identity.productsDigest],
      ...[point.number, point.hash, raw.number, raw.hash, undoFrom],
    ],
  );
}

/**
 * Moves on from where this writer left it.
 *
 * @throws {IndexerError} `INDEXER_FENCED` when it is not there any more: another process writes too
 */
export async function moveProgress(sql: Sql, from: Progress, to: Progress): Promise<void> {
  const moved = await sql.query(MOVE, [
    ...[to.point.number, to.point.hash, to.raw.number, to.raw.hash, to.undoFrom],
    ...[from.chain.id, from.point.number, from.point.hash],
  ]);
  if (moved.length === 1) return;
  const expected = `${from.point.number}:${from.point.hash}`;
  throw new IndexerError(
    { code: "INDEXER_FENCED", expected },
    `the tables are not at block ${expected} any more: another indexer writes to them`,
  );
}

const MOVE = `
  UPDATE indexer.chain SET number = $1, hash = $2, raw_number = $3, raw_hash = $4, undo_from = $5
  WHERE id = $6 AND number = $7 AND hash = $8 RETURNING number`;

function identityOf(row: ChainRow): Identity {
  return {
    chainId: row.chain_id,
    genesisHash: row.genesis_hash,
    contractsDigest: row.contracts_digest,
    productsDigest: row.products_digest,
  };
}

type ChainRow = {
  id: number;
  name: string;
  rebuild: boolean;
  chain_id: bigint;
  genesis_hash: Hash;
  contracts_digest: string;
  products_digest: string;
  number: bigint;
  hash: Hash;
  raw_number: bigint;
  raw_hash: Hash;
  undo_from: bigint;
};
