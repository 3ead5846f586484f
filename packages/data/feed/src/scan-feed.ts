import type { Sql } from "@ghostchain/database";
import type { FeedEvent, FeedPosition } from "./feed-row.ts";

/** A row as one who counts needs it: where it belongs, and no messages. */
export interface ScannedRow {
  readonly sequenceId: number;
  /** The name of the chain its block is of. */
  readonly chain: string;
  readonly blockNumber: bigint;
  /** Another one tells that under this id there is another row. */
  readonly mark: string;
  /** Null for a retraction. */
  readonly event: FeedEvent | null;
  /** Ids that a retraction takes back. */
  readonly retracts: readonly number[];
  /** Accounts whose own state it changed. */
  readonly subjects: readonly string[];
}

/**
 * The rows of the sequence from an id on, that one included: whoever kept its mark sees whether it goes on from there.
 * One consistent view.
 */
export async function scanFeed(
  sql: Sql,
  { from, limit }: { from: number; limit: number },
): Promise<{ position: FeedPosition; rows: readonly ScannedRow[] }> {
  const stored = await sql.query<StateRow & (StoredRow | EmptyRow)>(SCAN, [from, limit]);
  const [state] = stored;
  if (state === undefined) throw new Error("the feed has no state: ensureFeed was not run");
  return {
    position: { epoch: state.epoch, sequenceId: Number(state.head) },
    rows: stored.flatMap((row) => (row.sequence_id === null ? [] : [toScannedRow(row)])),
  };
}

const SCAN = `
  SELECT s.epoch, s.sequence_id AS head, r.* FROM feed.state s LEFT JOIN (
    SELECT sequence_id, chain, block_number, event, retracts, subjects,
      md5(concat_ws(' ', block_hash, event::text, retracts::text)) AS mark
    FROM feed.row WHERE sequence_id >= $1 ORDER BY sequence_id LIMIT $2
  ) r ON true ORDER BY r.sequence_id`;

type StateRow = { epoch: string; head: bigint };
type EmptyRow = { sequence_id: null };
type StoredRow = {
  sequence_id: bigint;
  chain: string;
  block_number: bigint;
  event: FeedEvent | null;
  retracts: bigint[] | null;
  subjects: string[];
  mark: string;
};

function toScannedRow({ sequence_id, block_number, retracts, ...row }: StoredRow): ScannedRow {
  return {
    sequenceId: Number(sequence_id),
    chain: row.chain,
    blockNumber: block_number,
    mark: row.mark,
    event: row.event,
    retracts: (retracts ?? []).map(Number),
    subjects: row.subjects,
  };
}
