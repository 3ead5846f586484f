import type { Session } from "@ghostchain/auth";
import type { FeedPosition, FeedRow, JsonObject } from "@ghostchain/feed";
import type { Connection } from "./connection.ts";
import { type FilterGroup, FilterGroups } from "./filter-groups.ts";
import { encodeBatch, type FrameBatch, sendBatch } from "./frame-batch.ts";
import type { GatewayLimits } from "./limits.ts";
import { type PreparedRow, RecentRows, rowMessage } from "./recent-rows.ts";
import { type Replay, SharedReplays } from "./shared-replays.ts";
import { encodeTextFrame } from "./text-frame.ts";

/** The state an account sees, as the database had it when the feed stood at `sequenceId`. */
export interface Snapshot extends FeedPosition {
  /** JSON text, so that it is made once for all who wait for it. */
  readonly json: string;
}

/** The account's own state changed with a row that told its owner, or did not: `untold` has to be read. */
export type OnOwnState = (address: Session["address"], how: "told" | "untold") => void;

/** Rows beyond this go in another batch, so that one is far from filling an outbound buffer. */
const BATCH_CHARS = 64 * 1024;

/**
 * The order guarantee: every connection sees each row that is for it exactly once and in order.
 *
 * There is one list of recent rows and each connection is a place in it. A replay is read out of that list
 * in one step, so nothing can come between it and what is live. Only a snapshot takes time: a
 * connection that waits for one is held, and what it missed meanwhile is read from the list when it resumes.
 */
export class FeedStream {
  readonly #limits: Pick<GatewayLimits, "replayRows" | "outboundBytes">;
  readonly #groups = new FilterGroups();
  readonly #byAddress = new Map<string, Set<Connection>>();
  readonly #recent: RecentRows;
  readonly #replays = new SharedReplays();
  /** The last snapshot that was given, encoded once for all who get it. */
  #synced: { readonly snapshot: Snapshot; readonly frame: Buffer } | undefined;
  readonly #onOwnState: OnOwnState;
  readonly epoch: string;

  /**
   * @param from - the position before the first row that will be appended
   * @param onOwnState - called for accounts that are connected
   */
  constructor(
    from: FeedPosition,
    limits: Pick<GatewayLimits, "replayRows" | "outboundBytes">,
    onOwnState: OnOwnState = () => {},
  ) {
    this.epoch = from.epoch;
    this.#limits = limits;
    this.#onOwnState = onOwnState;
    this.#recent = new RecentRows(from.sequenceId, 2 * limits.replayRows);
  }

  get head(): number {
    return this.#recent.head;
  }

  append(row: FeedRow): void {
    this.appendAll([row]);
  }

  /**
   * Gives the next rows of the feed to all who watch them. They are encoded once for all who stand alike, and given to
   * each of these as one, so that a block of many events costs each socket no more than one event.
   */
  appendAll(rows: readonly FeedRow[]): void {
    let batch: PreparedRow[] = [];
    let sizeChars = 0;
    for (const row of rows) {
      const prepared = this.#recent.append(row);
      batch.push(prepared);
      sizeChars += prepared.opening.length;
      if (sizeChars < BATCH_CHARS) continue;
      this.#deliver(batch);
      batch = [];
      sizeChars = 0;
    }
    if (batch.length > 0) this.#deliver(batch);
  }

  /** Lets a new connection see what happens from now on. */
  join(connection: Connection): void {
    connection.position = this.head;
    connection.told = this.head;
    connection.phase = "live";
    this.#groups.place(connection);
  }

  /** Changes what it sees from now on. */
  watch(connection: Connection, topics: ReadonlySet<string>): void {
    connection.topics.clear();
    for (const topic of topics) connection.topics.add(topic);
    this.#groups.place(connection);
  }

  /** Personal messages for `address` reach it from now on. */
  own(connection: Connection, address: string): void {
    const key = address.toLowerCase();
    const owners = this.#byAddress.get(key);
    if (owners) owners.add(connection);
    else this.#byAddress.set(key, new Set([connection]));
  }

  /** What the owner of `address` is to know now, outside of any row. */
  tellOwner(address: string, messages: readonly JsonObject[]): void {
    for (const connection of this.ownersOf(address)) {
      for (const message of messages) {
        connection.outlet.send(encodeTextFrame(JSON.stringify(message)));
      }
    }
  }

  /** The connections of this user here. */
  ownersOf(address: string): readonly Connection[] {
    return [...(this.#byAddress.get(address.toLowerCase()) ?? [])];
  }

  /** How many connections this user has here. */
  countOf(address: string): number {
    return this.#byAddress.get(address.toLowerCase())?.size ?? 0;
  }

  leave(connection: Connection): void {
    connection.phase = "closed";
    this.#groups.remove(connection);
    const key = connection.session?.address.toLowerCase() ?? "";
    const owners = this.#byAddress.get(key);
    owners?.delete(connection);
    if (owners?.size === 0) this.#byAddress.delete(key);
    connection.onLeave?.();
  }

  hold(connection: Connection): void {
    connection.position = Math.max(connection.position, this.head);
    connection.phase = "held";
  }

  /**
   * Gives what came while it was held, and lets it go on live.
   *
   * @returns whether that could be done; if not, it was held too long and needs a snapshot
   */
  resume(connection: Connection): boolean {
    if (!this.#recent.reaches(connection.position)) return false;
    for (const prepared of this.#recent.after(connection.position)) {
      if (isFor(connection, prepared)) {
        connection.outlet.send(encodeTextFrame(rowMessage(prepared, connection.told)));
        connection.told = prepared.sequenceId;
      }
      this.#deliverPersonalTo(connection, prepared);
    }
    connection.position = Math.max(connection.position, this.head);
    connection.phase = "live";
    this.#groups.place(connection);
    return true;
  }

  /**
   * Answers RECONNECT with REPLAY.
   *
   * @returns whether it did; if not, too much was missed, or the id is of another history: send a snapshot
   */
  replay(connection: Connection, lastSequenceId: number, epoch: string | undefined): boolean {
    if (!this.#canReplay(lastSequenceId, epoch)) return false;
    const to = Math.max(lastSequenceId, this.head);
    const { frame, told } = this.#replays.get(lastSequenceId, connection.topics, () =>
      this.#makeReplay(connection, lastSequenceId, to),
    );
    // One that would fill the outbound buffer by itself would be cut off, and asked for again, for ever.
    if (frame.length > this.#limits.outboundBytes / 2) return false;
    connection.outlet.send(frame);
    connection.position = to;
    connection.told = told;
    connection.phase = "live";
    this.#groups.place(connection);
    return true;
  }

  #makeReplay(connection: Connection, from: number, to: number): Replay {
    let told = from;
    const events: string[] = [];
    for (const prepared of this.#recent.after(from)) {
      if (!isFor(connection, prepared)) continue;
      events.push(rowMessage(prepared, told));
      told = prepared.sequenceId;
    }
    const frame = encodeTextFrame(
      `{"type":"REPLAY","events":[${events.join(",")}],"fromSequenceId":${from},"toSequenceId":${to}}`,
    );
    return { frame, told };
  }

  #canReplay(lastSequenceId: number, epoch: string | undefined): boolean {
    if (epoch !== undefined && epoch !== this.epoch) return false;
    if (lastSequenceId <= this.head) {
      const missed = this.head - lastSequenceId;
      return missed < this.#limits.replayRows && this.#recent.reaches(lastSequenceId);
    }
    // Another gateway may be a little ahead of this one; without the epoch the id may be of another history.
    return epoch !== undefined && lastSequenceId - this.head < this.#limits.replayRows;
  }

  /** Whether what came after `snapshot` is here, and little enough to be given with it. */
  canFollow({ epoch, sequenceId }: Snapshot): boolean {
    const isNear = this.head - sequenceId < this.#limits.replayRows / 2;
    return epoch === this.epoch && isNear && this.#recent.reaches(sequenceId);
  }

  /**
   * Answers a held connection with FULL_SYNC and lets it go on from there.
   *
   * @returns `stale` when the snapshot is of another epoch, or so old that rows after it are gone; `too large`
   *   when it does not fit the outbound buffer
   */
  fullSync(connection: Connection, snapshot: Snapshot): "synced" | "stale" | "too large" {
    const { epoch, sequenceId } = snapshot;
    if (epoch !== this.epoch || !this.#recent.reaches(sequenceId)) return "stale";
    if (this.#synced?.snapshot !== snapshot) {
      this.#synced = { snapshot, frame: encodeSnapshot(snapshot) };
    }
    const { frame } = this.#synced;
    if (frame.length > this.#limits.outboundBytes) return "too large";
    connection.outlet.send(frame);
    connection.position = sequenceId;
    connection.told = sequenceId;
    return this.resume(connection) ? "synced" : "stale";
  }

  /** A message outside the sequence, to everyone who watches one of `topics`. */
  broadcast(message: JsonObject, topics: readonly string[]): void {
    const frame = encodeTextFrame(JSON.stringify(message));
    for (const group of this.#groups.watching(topics)) {
      for (const connection of group.members) connection.outlet.send(frame);
    }
  }

  #deliver(batch: readonly PreparedRow[]): void {
    this.#replays.clear();
    const watched = new Map<FilterGroup, PreparedRow[]>();
    for (const prepared of batch) {
      for (const group of this.#groups.watching(prepared.topics)) {
        const rows = watched.get(group);
        if (rows) rows.push(prepared);
        else watched.set(group, [prepared]);
      }
    }
    for (const [group, rows] of watched) deliverTo(group, rows);
    for (const prepared of batch) this.#deliverPersonal(prepared);
  }

  #deliverPersonal(prepared: PreparedRow): void {
    for (const { address, message } of prepared.row.personal) {
      const owners = this.#byAddress.get(address.toLowerCase());
      if (!owners) continue;
      const frame = encodeTextFrame(JSON.stringify(message));
      for (const connection of owners) {
        if (connection.phase === "live" && prepared.sequenceId > connection.position) {
          connection.outlet.send(frame);
        }
      }
      this.#noteOwnState(address, "told");
    }
    for (const address of prepared.row.untold ?? []) this.#noteOwnState(address, "untold");
  }

  #deliverPersonalTo(connection: Connection, prepared: PreparedRow): void {
    const owner = connection.session?.address.toLowerCase();
    for (const { address, message } of prepared.row.personal) {
      if (address.toLowerCase() === owner) {
        connection.outlet.send(encodeTextFrame(JSON.stringify(message)));
      }
    }
    for (const address of prepared.row.untold ?? []) {
      if (address.toLowerCase() === owner) this.#noteOwnState(address, "untold");
    }
  }

  #noteOwnState(address: string, how: "told" | "untold"): void {
    const [session] = this.ownersOf(address).flatMap((owner) => owner.session ?? []);
    if (session) this.#onOwnState(session.address, how);
  }
}

/** `rows` are all for this group, and not none. */
function deliverTo(group: FilterGroup, rows: readonly PreparedRow[]): void {
  const first = rows[0]?.sequenceId ?? 0;
  const batches = new Map<number, FrameBatch>();
  for (const connection of group.members) {
    if (connection.phase !== "live") continue;
    if (connection.position >= first) {
      // What it has of them already came with a snapshot.
      const rest = rows.filter(({ sequenceId }) => sequenceId > connection.position);
      if (rest.length > 0) sendBatch(connection, encodeBatch(rest, connection.told));
      continue;
    }
    let batch = batches.get(connection.told);
    if (!batch) {
      batch = encodeBatch(rows, connection.told);
      batches.set(connection.told, batch);
    }
    sendBatch(connection, batch);
  }
}

function encodeSnapshot({ epoch, sequenceId, json }: Snapshot): Buffer {
  return encodeTextFrame(
    `{"type":"FULL_SYNC","snapshot":${json},"sequenceId":${sequenceId},"epoch":${JSON.stringify(epoch)}}`,
  );
}

function isFor(connection: Connection, prepared: PreparedRow): boolean {
  return prepared.topics.some((topic) => connection.topics.has(topic));
}
