import { strict as assert } from "node:assert";
import type { FeedRow } from "@ghostchain/feed";
import { normalizeTopic } from "./topic.ts";

/** A row with what every connection needs of it, made once. */
export interface PreparedRow {
  readonly row: FeedRow;
  readonly sequenceId: number;
  readonly topics: readonly string[];
  /** Its message up to and including `"prev":`. */
  readonly opening: string;
}

/**
 * The newest rows of the feed, without a gap. They are the buffer that replays are read from and that joins a
 * replay to what is live: a connection needs only a number to say where in them it stands.
 */
export class RecentRows {
  readonly #capacity: number;
  #rows: PreparedRow[] = [];
  #head: number;

  /** @param head - the id before the first row that will be added */
  constructor(head: number, capacity: number) {
    this.#head = head;
    this.#capacity = capacity;
  }

  /** Id of the newest row. */
  get head(): number {
    return this.#head;
  }

  append(row: FeedRow): PreparedRow {
    assert.equal(row.sequenceId, this.#head + 1, "feed rows come without a gap and in order");
    const prepared = prepareRow(row);
    this.#rows.push(prepared);
    this.#head = row.sequenceId;
    // In large steps: taking one off the front of an array moves all the others.
    if (this.#rows.length >= 2 * this.#capacity) this.#rows = this.#rows.slice(-this.#capacity);
    return prepared;
  }

  /** Whether every row after `position` that there is, is here. */
  reaches(position: number): boolean {
    return position >= this.#head - this.#rows.length;
  }

  /** Rows after `position`, oldest first. Ask `reaches` before. */
  after(position: number): readonly PreparedRow[] {
    const count = Math.max(0, this.#head - position);
    return count === 0 ? [] : this.#rows.slice(-count);
  }
}

function prepareRow(row: FeedRow): PreparedRow {
  const body =
    row.kind === "event"
      ? `{"type":"FEED_EVENT","event":${JSON.stringify(row.event)}${encodeStages(row)}`
      : `{"type":"RETRACT","retracts":${JSON.stringify(row.retracts)}`;
  return {
    row,
    sequenceId: row.sequenceId,
    topics: row.topics.map((topic) => normalizeTopic(topic) ?? topic),
    opening: `${body},"sequenceId":${row.sequenceId},"prev":`,
  };
}

/** The message of `prepared` for a connection whose own stream last had `prev`. */
export function rowMessage(prepared: PreparedRow, prev: number): string {
  return `${prepared.opening}${prev}}`;
}

function encodeStages({ stages }: FeedRow): string {
  return stages === undefined ? "" : `,"stages":${JSON.stringify(stages)}`;
}
