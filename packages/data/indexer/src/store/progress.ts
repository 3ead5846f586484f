import type { Sql } from "@ghostchain/database";
import { type FeedPosition, feedPosition } from "@ghostchain/feed";
import type { Hash } from "viem";
import { IndexerError } from "../indexer-error.ts";
import type { ChainPoint } from "../source/block.ts";

/** How far everything is stored. The writer holds it in memory and moves it with every transaction. */
export interface Progress {
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
}

/** Undefined in a database that has indexed nothing yet. */
export async function loadProgress(sql: Sql): Promise<Stored | undefined> {
  const [row] = await sql.query<ChainRow>("SELECT * FROM indexer.chain", []);
  if (row === undefined) return undefined;
  return {
    identity: {
      chainId: row.chain_id,
      genesisHash: row.genesis_hash,
      contractsDigest: row.contracts_digest,
      productsDigest: row.products_digest,
    },
    progress: {
      point: { number: row.number, hash: row.hash },
      raw: { number: row.raw_number, hash: row.raw_hash },
      undoFrom: row.undo_from,
      feed: await feedPosition(sql),
    },
  };
}

/** Sets everything, whatever was there. */
export async function saveProgress(sql: Sql, { identity, progress }: Stored): Promise<void> {
  const { point, raw, undoFrom } = progress;
  await sql.query("DELETE FROM indexer.chain", []);
  await sql.query(
    `INSERT INTO indexer.chain (chain_id, genesis_hash, contracts_digest, products_digest,
       number, hash, raw_number, raw_hash, undo_from) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      ...[
        identity.chainId,
        identity.genesisHash,
        identity.contractsDigest,
        identity.productsDigest,
      ],
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
    ...[from.point.number, from.point.hash],
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
  WHERE number = $6 AND hash = $7 RETURNING number`;

type ChainRow = {
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
