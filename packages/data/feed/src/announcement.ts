import { FeedError } from "./feed-error.ts";
import type { FeedPosition, FeedRow } from "./feed-row.ts";

/** Where the sequence's writer says what it has committed. */
export const FEED_CHANNEL = "feed";

/**
 * That rows were committed: the rows themselves, or, when they are many, only how far the sequence goes now;
 * then they are in the database.
 */
export interface Announcement {
  /** Where the sequence stands after them. */
  readonly position: FeedPosition;
  /** In order and without a gap, the last one at `position`; empty when there are too many to send. */
  readonly rows: readonly FeedRow[];
}

/** Well below what a bus carries, so that one announcement delays no other for long. */
const ROWS_MAX_CHARS = 256 * 1024;

export function encodeAnnouncement(announcement: Announcement): string {
  const { position, rows } = announcement;
  const text = JSON.stringify({ position, rows: rows.map(encodeRow) });
  return text.length <= ROWS_MAX_CHARS ? text : JSON.stringify({ position, rows: [] });
}

/** @throws {FeedError} `FEED_ANNOUNCEMENT_MALFORMED` for anything that `encodeAnnouncement` did not write */
export function decodeAnnouncement(message: string): Announcement {
  try {
    const { position, rows } = JSON.parse(message) as {
      position: FeedPosition;
      rows: EncodedRow[];
    };
    if (typeof position.epoch !== "string" || !Number.isSafeInteger(position.sequenceId))
      throw new TypeError("it has no position");
    return { position, rows: rows.map(decodeRow) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FeedError({ code: "FEED_ANNOUNCEMENT_MALFORMED", reason });
  }
}

type EncodedRow = Omit<FeedRow, "blockNumber"> & { readonly blockNumber: string };

/** JSON has no integer beyond 2^53, so the block number goes as text. */
function encodeRow(row: FeedRow): EncodedRow {
  return { ...row, blockNumber: row.blockNumber.toString() };
}

function decodeRow(row: EncodedRow): FeedRow {
  return { ...row, blockNumber: BigInt(row.blockNumber) } as FeedRow;
}
