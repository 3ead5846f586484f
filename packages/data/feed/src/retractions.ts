import type { Sql } from "@ghostchain/database";
import type { NewFeedRow } from "./append-feed.ts";
import type { PersonalMessage } from "./feed-row.ts";

/** One RETRACT names at most this many ids, so that it fits a frame. */
const IDS_MAX = 500;

export interface Retractions {
  /** Newest first, a block at a time. */
  readonly rows: readonly NewFeedRow[];
  /** Accounts whose own state goes back. */
  readonly subjects: readonly string[];
}

/** What takes back every event of the chain's blocks above `ancestor`. */
export async function retractionsAbove(
  sql: Sql,
  chain: string,
  ancestor: bigint,
): Promise<Retractions> {
  const events = await sql.query<RetractedRow>(READ, [chain, ancestor]);
  const rows: NewFeedRow[] = [];
  for (const group of chunks(events)) {
    const [first] = group;
    if (first === undefined) continue;
    rows.push({
      kind: "retract",
      chain,
      blockNumber: first.block_number,
      blockHash: first.block_hash,
      topics: unique(group.flatMap((row) => row.topics)),
      retracts: group.map((row) => Number(row.sequence_id)),
      personal: [],
      subjects: [],
    });
  }
  return { rows, subjects: unique(events.flatMap((row) => row.subjects)) };
}

/** The same rows; the last brings these messages, for it is then that all is undone. */
export function withPersonal(
  rows: readonly NewFeedRow[],
  personal: readonly PersonalMessage[],
): NewFeedRow[] {
  return rows.map((row, index) => (index === rows.length - 1 ? { ...row, personal } : row));
}

type RetractedRow = {
  sequence_id: bigint;
  block_number: bigint;
  block_hash: string;
  topics: string[];
  subjects: string[];
};

const READ = `
  SELECT sequence_id, block_number, block_hash, topics, subjects FROM feed.row
  WHERE chain = $1 AND block_number > $2 AND event IS NOT NULL AND retracted_by IS NULL
  ORDER BY sequence_id DESC`;

/** Neighbours of one block, at most `IDS_MAX` of them. */
function chunks(rows: readonly RetractedRow[]): RetractedRow[][] {
  const groups: RetractedRow[][] = [];
  for (const row of rows) {
    const group = groups.at(-1);
    const fits = group?.[0]?.block_hash === row.block_hash && group.length < IDS_MAX;
    if (group && fits) group.push(row);
    else groups.push([row]);
  }
  return groups;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
