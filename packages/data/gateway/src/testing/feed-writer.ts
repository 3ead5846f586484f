import type { Database } from "@ghostchain/database";
import type { EventBus } from "@ghostchain/event-bus";
import {
  appendFeed,
  encodeAnnouncement,
  FEED_CHANNEL,
  type FeedPosition,
  feedPosition,
  loadFeed,
  type NewFeedRow,
  type PersonalMessage,
  restartFeed,
} from "@ghostchain/feed";

/** Stands in for the indexer: commits rows and then says so. */
export class FeedWriter {
  readonly #database: Database;
  readonly #bus: EventBus;

  constructor(database: Database, bus: EventBus) {
    this.#database = database;
    this.#bus = bus;
  }

  position(): Promise<FeedPosition> {
    return feedPosition(this.#database);
  }

  /** @returns the id of the last one */
  async events(
    count: number,
    options: {
      topics?: readonly string[];
      personal?: readonly PersonalMessage[];
      pad?: number;
      timestampMs?: number;
    } = {},
  ): Promise<number> {
    const { topics = ["feed"], personal = [], pad = 0, timestampMs = 1_700_000_000_000 } = options;
    return this.#commit(
      Array.from({ length: count }, (_, index) => ({
        ...{ kind: "event" as const, blockNumber: 1n, blockHash: "0xab", topics, personal },
        subjects: [],
        event: { type: "JACK_IN", timestamp: timestampMs + index, pad: "x".repeat(pad) },
      })),
    );
  }

  /** One row of history: nobody is told of it but that it is there. */
  async history(subjects: readonly string[]): Promise<void> {
    const row = { blockNumber: 1n, blockHash: "0xab", topics: ["feed"], personal: [], subjects };
    const event = { type: "JACK_IN", timestamp: 1_700_000_000_000 };
    const position = await this.#database.transaction(async (sql) =>
      loadFeed(sql, await feedPosition(sql), [{ kind: "event", ...row, event }]),
    );
    await this.#bus.publish(FEED_CHANNEL, encodeAnnouncement({ position, rows: [] }));
  }

  async retract(ids: readonly number[]): Promise<number> {
    const row = {
      blockNumber: 1n,
      blockHash: "0xab",
      topics: ["feed"],
      personal: [],
      subjects: [],
    };
    return this.#commit([{ kind: "retract", ...row, retracts: ids }]);
  }

  /** What a rebuilt database looks like from outside. */
  async restart(epoch: string): Promise<void> {
    const position = await this.#database.transaction((sql) => restartFeed(sql, epoch));
    await this.#bus.publish(FEED_CHANNEL, encodeAnnouncement({ position, rows: [] }));
  }

  async #commit(drafts: readonly NewFeedRow[]): Promise<number> {
    const { position, rows } = await this.#database.transaction(async (sql) => {
      const before = await feedPosition(sql);
      const appended = await appendFeed(sql, before, drafts);
      const sequenceId = before.sequenceId + appended.length;
      return { position: { ...before, sequenceId }, rows: appended };
    });
    await this.#bus.publish(FEED_CHANNEL, encodeAnnouncement({ position, rows }));
    return position.sequenceId;
  }
}
