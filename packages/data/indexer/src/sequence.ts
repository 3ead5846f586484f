import type { Database } from "@ghostchain/database";
import { type FeedPosition, feedPosition } from "@ghostchain/feed";

/**
 * The one sequence that all chains of a writer add to: their transactions run one after the other, each from where
 * the one before left the sequence.
 */
export class Sequence {
  readonly #database: Database;
  #position: FeedPosition | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Runs `write` when those before it are done; it says where it left the sequence. */
  async write<T extends { readonly feed: FeedPosition }>(
    write: (feed: FeedPosition) => Promise<T>,
  ): Promise<T> {
    const before = this.#last;
    const turn = before.then(() => this.#write(write));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #write<T extends { readonly feed: FeedPosition }>(
    write: (feed: FeedPosition) => Promise<T>,
  ): Promise<T> {
    const position = this.#position ?? (await feedPosition(this.#database));
    // Whether a transaction that failed was committed, only the database knows.
    this.#position = undefined;
    const result = await write(position);
    this.#position = result.feed;
    return result;
  }
}
