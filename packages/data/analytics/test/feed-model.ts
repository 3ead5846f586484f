import type { Database } from "@ghostchain/database";
import {
  appendFeed,
  type FeedEvent,
  type FeedPosition,
  feedPosition,
  type NewFeedRow,
  restartFeed,
} from "@ghostchain/feed";

export interface ModelEvent {
  readonly type: string;
  readonly user: number;
  readonly level: string | undefined;
  readonly amount: bigint;
  readonly fee: bigint | undefined;
  readonly atMs: number;
}

export type ModelStep =
  | { readonly do: "append"; readonly events: readonly ModelEvent[] }
  /** Of what stands, from the newest on. */
  | { readonly do: "retract"; readonly share: number }
  | { readonly do: "epoch" };

/** Writes a feed, and computes what it comes to in the plainest way. */
export class FeedModel {
  readonly #database: Database;
  #standing = new Map<number, ModelEvent>();
  #epochs = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  get standing(): readonly ModelEvent[] {
    return [...this.#standing.values()];
  }

  position(): Promise<FeedPosition> {
    return feedPosition(this.#database);
  }

  async apply(step: ModelStep): Promise<void> {
    if (step.do === "append") await this.#append(step.events);
    else if (step.do === "retract") await this.#retract(step.share);
    else await this.begin();
  }

  /** Another epoch. */
  async begin(): Promise<void> {
    this.#epochs += 1;
    this.#standing.clear();
    const epoch = `epoch ${this.#epochs} ${Math.random()}`;
    await this.#database.transaction((sql) => restartFeed(sql, epoch));
  }

  async #append(events: readonly ModelEvent[]): Promise<void> {
    const rows = await this.#write(events.map(newRow));
    for (const [index, { sequenceId }] of rows.entries()) {
      const event = events[index];
      if (event) this.#standing.set(sequenceId, event);
    }
  }

  async #retract(share: number): Promise<void> {
    const ids = [...this.#standing.keys()].reverse();
    const retracts = ids.slice(0, Math.ceil(ids.length * share));
    if (retracts.length === 0) return;
    await this.#write([{ ...COMMON, kind: "retract", retracts, subjects: [] }]);
    for (const id of retracts) this.#standing.delete(id);
  }

  async #write(rows: readonly NewFeedRow[]) {
    const position = await this.position();
    return this.#database.transaction((sql) => appendFeed(sql, position, rows));
  }
}

export function userAddress(user: number): string {
  return `0x${user.toString(16).padStart(40, "A")}`;
}

const COMMON = { blockNumber: 1n, blockHash: "0x01", topics: ["feed"], personal: [] };

/** Some users are named by the event, some are but subjects of it. */
function newRow({ type, user, level, amount, fee, atMs }: ModelEvent): NewFeedRow {
  const address = userAddress(user);
  const event: FeedEvent = {
    ...{ type, timestamp: atMs, amount: amount.toString() },
    ...(user % 2 === 0 ? { address } : {}),
    ...(level === undefined ? {} : { level }),
    ...(fee === undefined ? {} : { fee: fee.toString() }),
  };
  return { ...COMMON, kind: "event", event, subjects: [address] };
}
