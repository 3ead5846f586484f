import type { Database } from "@ghostchain/database";
import type { EventBus, Unsubscribe } from "@ghostchain/event-bus";
import type { Clock, Logger, Service } from "@ghostchain/service";
import { type Announcement, decodeAnnouncement, FEED_CHANNEL } from "./announcement.ts";
import type { FeedPosition, FeedRow } from "./feed-row.ts";
import { ensureFeed } from "./feed-schema.ts";
import { type FeedPage, readFeed } from "./read-feed.ts";

export interface FeedListener {
  /** The next rows of the sequence: in order, without a gap, each once. */
  onRows(rows: readonly FeedRow[]): void;
  /** The sequence began anew: ids given before mean nothing now, and rows come after this position. */
  onEpoch(position: FeedPosition): void;
}

export interface FeedFollower extends Service {
  /** The last row that listeners have seen. */
  readonly position: FeedPosition;
  /** Rows after `position` as it is now. A listener that throws is logged and harms no other. */
  listen(listener: FeedListener): Unsubscribe;
}

export interface FeedFollowerDeps {
  readonly database: Database;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The sequence as it grows, for a gateway or an API in any process. The bus makes it fast and the database makes it
 * right: what an announcement leaves out, or never arrives, is read there, at the latest after `pollMs` (1 s).
 */
export function createFeedFollower(
  deps: FeedFollowerDeps,
  settings: { readonly pollMs?: number } = {},
): FeedFollower {
  const { database } = deps;
  return new Follower(deps, settings.pollMs ?? 1_000, {
    ensure: () => ensureFeed(database),
    read: (after) => readFeed(database, { after, limit: PAGE_ROWS }),
  });
}

/** Where rows are read that no announcement brought. */
export interface FeedStore {
  ensure(): Promise<void>;
  read(after: number): Promise<FeedPage>;
}

const PAGE_ROWS = 1_000;
/** Rows that came before those between them and us: beyond this they are read again instead. */
const EARLY_ROWS_MAX = 10_000;
const RETRY_MAX_MS = 2_000;

export class Follower implements FeedFollower {
  readonly name = "feed-follower";
  readonly #deps: Pick<FeedFollowerDeps, "bus" | "clock" | "logger">;
  readonly #pollMs: number;
  readonly #store: FeedStore;
  readonly #listeners = new Set<{ listener: FeedListener }>();
  readonly #early = new Map<number, FeedRow>();
  readonly #stopping = new AbortController();
  readonly #loops: Promise<void>[] = [];
  #position: FeedPosition = { epoch: "", sequenceId: 0 };
  #releases: Unsubscribe[] = [];
  #reading: Promise<void> | undefined;
  /** Something may be in the database that we have not seen. */
  #behind = false;

  constructor(
    deps: Pick<FeedFollowerDeps, "bus" | "clock" | "logger">,
    pollMs: number,
    store: FeedStore,
  ) {
    this.#deps = deps;
    this.#pollMs = pollMs;
    this.#store = store;
  }

  get position(): FeedPosition {
    return this.#position;
  }

  async start(): Promise<void> {
    await this.#store.ensure();
    const { bus } = this.#deps;
    this.#releases = [
      await bus.subscribe(FEED_CHANNEL, (message) => this.#onMessage(message)),
      bus.onGap(() => this.#catchUp()),
    ];
    // After subscribing, so that nothing falls in between.
    this.#position = (await this.#store.read(Number.MAX_SAFE_INTEGER)).position;
    this.#early.clear();
    this.#loops.push(this.#poll());
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const release of this.#releases) release();
    await Promise.all([...this.#loops, this.#reading]);
    this.#listeners.clear();
  }

  listen(listener: FeedListener): Unsubscribe {
    const entry = { listener };
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  #onMessage(message: string): void {
    const announcement = this.#decode(message);
    const sameEpoch = announcement?.position.epoch === this.#position.epoch;
    if (announcement && sameEpoch) this.#take(announcement.rows);
    const seen = this.#position.sequenceId;
    if (!sameEpoch || announcement.position.sequenceId > seen) this.#catchUp();
  }

  #decode(message: string): Announcement | undefined {
    try {
      return decodeAnnouncement(message);
    } catch (error) {
      this.#deps.logger.warn({ err: error }, "an announcement cannot be read");
      return undefined;
    }
  }

  /** Hands on what follows the last row, and keeps for later what is ahead of it. */
  #take(rows: readonly FeedRow[]): void {
    const next: FeedRow[] = [];
    let last = this.#position.sequenceId;
    const advance = (row: FeedRow) => {
      next.push(row);
      last = row.sequenceId;
    };
    for (const row of rows) {
      if (row.sequenceId === last + 1) advance(row);
      else if (row.sequenceId > last && this.#early.size < EARLY_ROWS_MAX)
        this.#early.set(row.sequenceId, row);
    }
    for (let row = this.#early.get(last + 1); row; row = this.#early.get(last + 1)) advance(row);
    if (next.length === 0) return;
    for (const id of this.#early.keys()) if (id <= last) this.#early.delete(id);
    this.#position = { epoch: this.#position.epoch, sequenceId: last };
    this.#tell((listener) => listener.onRows(next));
  }

  #catchUp(): void {
    this.#behind = true;
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
  }

  async #readAll(): Promise<void> {
    let failures = 0;
    while (this.#behind && !this.#stopping.signal.aborted) {
      this.#behind = false;
      try {
        const after = this.#position.sequenceId;
        this.#takePage(after, await this.#store.read(after));
        failures = 0;
      } catch (error) {
        this.#behind = true;
        failures += 1;
        this.#deps.logger.warn({ err: error, failures }, "the feed cannot be read; trying again");
        await this.#pause(Math.min(50 * 2 ** failures, RETRY_MAX_MS));
      }
    }
  }

  /** `after` is what we had seen before we asked: the database must know at least that. */
  #takePage(after: number, page: FeedPage): void {
    const { position, rows } = page;
    if (position.epoch !== this.#position.epoch || position.sequenceId < after) {
      this.#position = position;
      this.#early.clear();
      this.#tell((listener) => listener.onEpoch(position));
      return;
    }
    this.#take(rows);
    if (position.sequenceId > this.#position.sequenceId) this.#behind = true;
  }

  async #poll(): Promise<void> {
    while (await this.#pause(this.#pollMs)) this.#catchUp();
  }

  /** @returns false when it ended early because the follower stops */
  async #pause(durationMs: number): Promise<boolean> {
    try {
      await this.#deps.clock.sleep(durationMs, this.#stopping.signal);
      return true;
    } catch {
      return false;
    }
  }

  #tell(tell: (listener: FeedListener) => void): void {
    for (const { listener } of [...this.#listeners]) {
      try {
        tell(listener);
      } catch (error) {
        this.#deps.logger.error({ err: error }, "a listener of the feed threw");
      }
    }
  }
}
