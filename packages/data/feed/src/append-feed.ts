import type { Sql, SqlValue } from "@ghostchain/database";
import { FeedError } from "./feed-error.ts";
import type { FeedEvent, FeedPosition, FeedRow, PersonalMessage } from "./feed-row.ts";

/** The chain of rows that do not say which one they are of. */
const MAIN = "main";

interface NewRowFields {
  /** The name of the chain its block is of; `main` when left out. */
  readonly chain?: string;
  readonly blockNumber: bigint;
  readonly blockHash: string;
  readonly topics: readonly string[];
  readonly personal: readonly PersonalMessage[];
  /** Accounts whose own state this changed: they are told again when it is retracted. */
  readonly subjects: readonly string[];
}

/** A row of the feed before it has its sequence id. */
export type NewFeedRow =
  | (NewRowFields & { readonly kind: "event"; readonly event: FeedEvent })
  | (NewRowFields & { readonly kind: "retract"; readonly retracts: readonly number[] });

/**
 * Adds rows to the sequence; for its one writer, in the transaction that changes what they tell of.
 * `position` is where the writer left the sequence.
 *
 * @returns the rows with their ids, which follow `position` without a gap
 * @throws {FeedError} `FEED_CONFLICT` when it is not there any more: another process writes too
 */
export async function appendFeed(
  sql: Sql,
  position: FeedPosition,
  rows: readonly NewFeedRow[],
): Promise<FeedRow[]> {
  if (rows.length === 0) return [];
  const numbered = numberRows(position, rows);
  const to = position.sequenceId + rows.length;
  const moved = sql.query(MOVE, [to, position.epoch, position.sequenceId]);
  const written = Promise.all([
    sql.query(INSERT, [JSON.stringify(rows.map((row, i) => toRecord(row, position, i)))]),
    ...numbered.map((row) => markRetracted(sql, row)),
  ]);
  // Another writer's rows make both fail; only the first says why.
  written.catch(() => {});
  if ((await moved).length !== 1) throw conflict(position);
  await written;
  return numbered;
}

/** The same for many rows of history, none of them a retraction: loaded with COPY. */
export async function loadFeed(
  sql: Sql,
  position: FeedPosition,
  rows: readonly NewFeedRow[],
): Promise<FeedPosition> {
  if (rows.length === 0) return position;
  const to = position.sequenceId + rows.length;
  const moved = await sql.query(MOVE, [to, position.epoch, position.sequenceId]);
  if (moved.length !== 1) throw conflict(position);
  await sql.copy("feed.row", LOAD_COLUMNS, loadRows(position, rows));
  return { epoch: position.epoch, sequenceId: to };
}

/**
 * Begins the sequence anew under another epoch, without the rows of `chain`. What stands of other chains comes first
 * in it, in its old order; what was retracted there, and the retractions, are left out.
 */
export async function restartFeed(sql: Sql, epoch: string, chain = MAIN): Promise<FeedPosition> {
  const [others] = await sql.query<{ found: boolean }>(OTHERS, [chain]);
  if (others?.found) await sql.query(KEEP_OTHERS, [chain]);
  await sql.query("TRUNCATE feed.row");
  if (others?.found)
    await sql.query("INSERT INTO feed.row SELECT * FROM kept_feed; DROP TABLE kept_feed");
  const [kept] = await sql.query<{ count: bigint }>("SELECT count(*) AS count FROM feed.row");
  const sequenceId = Number(kept?.count ?? 0n);
  await sql.query("UPDATE feed.state SET epoch = $1, sequence_id = $2", [epoch, sequenceId]);
  return { epoch, sequenceId };
}

const OTHERS =
  "SELECT EXISTS (SELECT FROM feed.row WHERE chain <> $1 AND event IS NOT NULL AND retracted_by IS NULL) AS found";
/** The columns of `feed.row`, in their order, under new ids. */
const KEEP_OTHERS = `
  CREATE TEMPORARY TABLE kept_feed ON COMMIT DROP AS
  SELECT row_number() OVER (ORDER BY sequence_id) AS sequence_id, block_number, block_hash, topics,
    event, retracts, personal, subjects, retracted_by, chain
  FROM feed.row WHERE chain <> $1 AND event IS NOT NULL AND retracted_by IS NULL`;

/** Says that tables were written to of which no row of the feed tells; for its writer, in that transaction. */
export async function touchFeed(sql: Sql): Promise<void> {
  await sql.query("UPDATE feed.state SET sequence_id = sequence_id", []);
}

const MOVE = `
  UPDATE feed.state SET sequence_id = $1 WHERE epoch = $2 AND sequence_id = $3
  RETURNING sequence_id`;

/** One parameter, however many rows: the statement stays the same and is prepared once. */
const INSERT = `
  INSERT INTO feed.row
    (sequence_id, block_number, block_hash, topics, event, retracts, personal, subjects, chain)
  SELECT sequence_id, block_number, block_hash, topics, event, retracts, personal, subjects, chain
  FROM json_to_recordset($1::json) AS r (
    sequence_id bigint, block_number bigint, block_hash text, topics text[],
    event json, retracts bigint[], personal json, subjects text[], chain text)`;

function numberRows(position: FeedPosition, rows: readonly NewFeedRow[]): FeedRow[] {
  return rows.map(({ subjects: _, chain: __, ...row }, index) => ({
    ...row,
    sequenceId: position.sequenceId + 1 + index,
  }));
}

function toRecord(row: NewFeedRow, position: FeedPosition, index: number) {
  return {
    sequence_id: position.sequenceId + 1 + index,
    block_number: row.blockNumber.toString(),
    block_hash: row.blockHash,
    topics: row.topics,
    ...(row.kind === "event" ? { event: row.event } : { retracts: row.retracts }),
    personal: row.personal,
    subjects: row.subjects,
    chain: row.chain ?? MAIN,
  };
}

const RETRACT = "UPDATE feed.row SET retracted_by = $1 WHERE sequence_id = ANY($2::bigint[])";

async function markRetracted(sql: Sql, row: FeedRow): Promise<void> {
  if (row.kind === "retract") await sql.query(RETRACT, [row.sequenceId, row.retracts]);
}

const LOAD_COLUMNS = [
  ...["sequence_id", "block_number", "block_hash", "topics", "event", "personal", "subjects"],
  "chain",
];

function* loadRows(position: FeedPosition, rows: readonly NewFeedRow[]): Generator<SqlValue[]> {
  let sequenceId = position.sequenceId;
  for (const row of rows) {
    sequenceId += 1;
    const event = row.kind === "event" ? row.event : null;
    const personal = JSON.stringify(row.personal);
    yield [
      ...[sequenceId, row.blockNumber, row.blockHash, row.topics],
      ...[event, personal, row.subjects, row.chain ?? MAIN],
    ];
  }
}

function conflict(position: FeedPosition): FeedError {
  const expected = `${position.epoch}:${position.sequenceId}`;
  return new FeedError(
    { code: "FEED_CONFLICT", expected },
    `the sequence is not at ${expected} any more: another process writes to it`,
  );
}
