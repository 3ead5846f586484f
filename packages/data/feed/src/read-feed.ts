import type { Sql } from "@ghostchain/database";
import type { FeedEvent, FeedPosition, FeedRow, PersonalMessage } from "./feed-row.ts";

export interface FeedPage {
  /** Where the whole sequence stood when `rows` were read. */
  readonly position: FeedPosition;
  /** In order. Without `topics`, and while there is more, without a gap. */
  readonly rows: readonly FeedRow[];
}

/**
 * What came after an id: events and retractions, in order, one consistent view. For a client that missed
 * something, ask for one row more than it may miss.
 */
export async function readFeed(
  sql: Sql,
  query: { after: number; limit: number; topics?: readonly string[] },
): Promise<FeedPage> {
  const { after, limit } = query;
  const topics = narrowed(query.topics);
  const stored = await sql.query<StateRow & (StoredRow | EmptyRow)>(
    topics === undefined ? READ : READ_TOPICS,
    topics === undefined ? [after, limit] : [after, limit, topics],
  );
  const rows = stored.flatMap((row) => (row.sequence_id === null ? [] : [toFeedRow(row)]));
  return { position: toPosition(stored[0]), rows };
}

/** The newest events, newest first, without those a reorg took back. `before` is an id, exclusive. */
export async function listFeed(
  sql: Sql,
  query: { limit: number; before?: number; topic?: string },
): Promise<FeedRow[]> {
  const { limit, before = Number.MAX_SAFE_INTEGER, topic } = query;
  const topics = narrowed(topic === undefined ? undefined : [topic]);
  const rows = await sql.query<StoredRow>(
    topics === undefined ? LIST : LIST_TOPIC,
    topics === undefined ? [before, limit] : [before, limit, topics],
  );
  return rows.map(toFeedRow);
}

/** Where the sequence stands. */
export async function feedPosition(sql: Sql): Promise<FeedPosition> {
  const [state] = await sql.query<StateRow>(
    "SELECT epoch, sequence_id AS head FROM feed.state",
    [],
  );
  return toPosition(state);
}

/**
 * An expression of SQL: a text that changes with every transaction in which the indexer writes to its tables, whether
 * or not the feed tells of it. What is read after it holds for as long as it does. `xmin` is the transaction that wrote
 * the row last.
 */
export const FEED_REVISION =
  "(SELECT concat_ws(':', epoch, sequence_id, xmin::text) FROM feed.state)";

/** Every row has the topic `feed`: asking for it is asking for all. */
function narrowed(topics: readonly string[] | undefined): readonly string[] | undefined {
  return topics?.includes("feed") ? undefined : topics;
}

const COLUMNS =
  "sequence_id, block_number, block_hash, topics, event, retracts, personal, subjects, retracted_by";

const READ = `
  SELECT s.epoch, s.sequence_id AS head, r.* FROM feed.state s LEFT JOIN (
    SELECT ${COLUMNS} FROM feed.row WHERE sequence_id > $1 ORDER BY sequence_id LIMIT $2
  ) r ON true ORDER BY r.sequence_id`;
const READ_TOPICS = READ.replace("> $1", "> $1 AND array_remove(topics, 'feed') && $3");

const LIST = `
  SELECT ${COLUMNS} FROM feed.row
  WHERE sequence_id < $1 AND event IS NOT NULL AND retracted_by IS NULL
  ORDER BY sequence_id DESC LIMIT $2`;
const LIST_TOPIC = LIST.replace("< $1", "< $1 AND array_remove(topics, 'feed') && $3");

type StateRow = { epoch: string; head: bigint };
type EmptyRow = { sequence_id: null };
type StoredRow = {
  sequence_id: bigint;
  block_number: bigint;
  block_hash: string;
  topics: string[];
  event: FeedEvent | null;
  retracts: bigint[] | null;
  personal: PersonalMessage[];
  subjects: string[];
};

function toPosition(state: StateRow | undefined): FeedPosition {
  if (state === undefined) throw new Error("the feed has no state: ensureFeed was not run");
  return { epoch: state.epoch, sequenceId: Number(state.head) };
}

function toFeedRow(row: StoredRow): FeedRow {
  const common = {
    sequenceId: Number(row.sequence_id),
    blockNumber: row.block_number,
    blockHash: row.block_hash,
    topics: row.topics,
    personal: row.personal,
    ...untold(row),
  };
  if (row.event !== null) return { ...common, kind: "event", event: row.event };
  return { ...common, kind: "retract", retracts: (row.retracts ?? []).map(Number) };
}

function untold({ subjects, personal }: StoredRow): { untold?: readonly string[] } {
  const told = new Set(personal.map(({ address }) => address));
  const others = subjects.filter((subject) => !told.has(subject));
  return others.length === 0 ? {} : { untold: others };
}
