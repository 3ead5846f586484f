import type { Database } from "@ghostchain/database";
import { type FeedPosition, type ScannedRow, scanFeed } from "@ghostchain/feed";
import { AnalyticsError } from "./analytics-error.ts";
import type { CountedEvent, EventCounter } from "./count-events.ts";
import type { EventStore, StoreBatch, StoreState } from "./store/event-store.ts";

/** Read and counted at once: some 20 ms. */
const PAGE_ROWS = 2_000;

/** Why everything is counted anew. */
type RestartCause = "first" | "epoch" | "asked" | "products" | "history";

export interface Step {
  /** Where the sequence stood. */
  readonly position: FeedPosition;
  readonly counted: number;
  /** Undefined unless the store was emptied in this step. */
  readonly restarted?: RestartCause;
}

/**
 * Counts the next rows of the sequence into the store; or, where what the store holds is not the beginning of this
 * sequence, empties it.
 */
export async function countNext(
  { database, store, counter }: { database: Database; store: EventStore; counter: EventCounter },
  generation: number,
): Promise<Step> {
  const { state } = store;
  const { fingerprint } = counter;
  const { position, rows } = await scanFeed(database, {
    from: state.sequenceId,
    limit: PAGE_ROWS + 1,
  });
  const restarted = whyAnew(state, { position, rows, generation, fingerprint });
  if (restarted !== undefined) {
    await store.clear({
      ...{ epoch: position.epoch, sequenceId: 0, mark: "" },
      ...{ fingerprint, generation },
    });
    return { position, counted: 0, restarted };
  }
  const next = rows.filter(({ sequenceId }) => sequenceId > state.sequenceId);
  requireUnbroken(state.sequenceId, next);
  if (next.length > 0) await store.write(batchOf(state, next, counter));
  return { position, counted: next.length };
}

function whyAnew(
  held: StoreState,
  found: {
    readonly position: FeedPosition;
    readonly rows: readonly ScannedRow[];
    readonly generation: number;
    readonly fingerprint: string;
  },
): RestartCause | undefined {
  if (held.epoch === "") return "first";
  if (held.epoch !== found.position.epoch) return "epoch";
  if (held.generation !== found.generation) return "asked";
  if (held.fingerprint !== found.fingerprint) return "products";
  // a database that was put back to an earlier state goes on under the same epoch
  const [first] = found.rows;
  const same = held.sequenceId === 0 || (first && first.mark === held.mark);
  return same && found.position.sequenceId >= held.sequenceId ? undefined : "history";
}

function requireUnbroken(after: number, rows: readonly ScannedRow[]): void {
  for (const [index, { sequenceId: found }] of rows.entries()) {
    const expected = after + 1 + index;
    if (found !== expected)
      throw new AnalyticsError(
        { code: "ANALYTICS_SEQUENCE_GAP", expected, found },
        `row ${expected} of the sequence is missing, ${found} comes instead: ghost indexer rebuild makes it whole`,
      );
  }
}

function batchOf(
  state: StoreState,
  rows: readonly ScannedRow[],
  counter: EventCounter,
): StoreBatch {
  const events = new Map<number, CountedEvent>();
  const retracted: number[] = [];
  for (const row of rows) {
    if (row.event !== null) events.set(row.sequenceId, counter.count(row, row.event));
    for (const id of row.retracts) if (!events.delete(id)) retracted.push(id);
  }
  const { sequenceId, mark } = rows.at(-1) ?? state;
  return { events: [...events.values()], retracted, state: { ...state, sequenceId, mark } };
}
