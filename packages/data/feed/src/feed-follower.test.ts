import { createInProcessBus, type EventBus } from "@ghostchain/event-bus";
import { createSilentLogger, FakeClock } from "@ghostchain/service";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeAnnouncement, FEED_CHANNEL } from "./announcement.ts";
import { type FeedStore, Follower } from "./feed-follower.ts";
import type { FeedRow } from "./feed-row.ts";
import type { FeedPage } from "./read-feed.ts";

const logger = createSilentLogger();
const POLL_MS = 1_000;
const PAGE_ROWS = 4;

/** The committed sequence, read in small pages; it can fail, and it can answer late. */
class MemoryFeed implements FeedStore {
  epoch = "a";
  rows: FeedRow[] = [];
  failures = 0;
  delay: Promise<void> = Promise.resolve();

  async ensure(): Promise<void> {}

  async read(after: number): Promise<FeedPage> {
    const page = {
      position: { epoch: this.epoch, sequenceId: this.rows.length },
      rows: this.rows.slice(after, after + PAGE_ROWS),
    };
    await this.delay;
    if (this.failures-- > 0) throw new Error("database down");
    return page;
  }

  commit(count: number): FeedRow[] {
    const added = Array.from({ length: count }, (_, i) => rowOf(this.rows.length + 1 + i));
    this.rows.push(...added);
    return added;
  }

  announce(rows: readonly FeedRow[]): string {
    const sequenceId = rows.at(-1)?.sequenceId ?? this.rows.length;
    return encodeAnnouncement({ position: { epoch: this.epoch, sequenceId }, rows });
  }
}

function rowOf(sequenceId: number): FeedRow {
  return {
    ...{ kind: "event", sequenceId, blockNumber: BigInt(sequenceId), blockHash: "0x" },
    ...{ topics: ["feed"], personal: [], event: { type: "JACK_IN", timestamp: sequenceId } },
  } as FeedRow;
}

async function follow(feed: MemoryFeed, bus: EventBus) {
  await bus.start(new AbortController().signal);
  const clock = new FakeClock();
  const follower = new Follower({ bus, clock, logger }, POLL_MS, feed);
  await follower.start();
  const heard: number[] = [];
  const epochs: string[] = [];
  follower.listen({
    onRows: (rows) => heard.push(...rows.map((row) => row.sequenceId)),
    onEpoch: (position) => epochs.push(`${position.epoch}:${position.sequenceId}`),
  });
  return { follower, clock, heard, epochs };
}

describe("FeedFollower", () => {
  it("hands on every row once and in order, whatever the bus loses, doubles or reorders", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("commit" as const), count: fc.integer({ min: 1, max: 6 }) }),
      // Delivers one announcement of those made so far: again, out of order, or never.
      fc.record({ do: fc.constant("deliver" as const), which: fc.nat() }),
      fc.record({ do: fc.constant("fail" as const), times: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 1_500 }) }),
      fc.record({ do: fc.constant("junk" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.nat({ max: 9 }),
        async (steps, known) => {
          const feed = new MemoryFeed();
          feed.commit(known);
          const bus = createInProcessBus({ logger });
          const { follower, clock, heard } = await follow(feed, bus);
          const announcements: string[] = [];
          for (const now of steps) {
            if (now.do === "commit") announcements.push(feed.announce(feed.commit(now.count)));
            if (now.do === "deliver" && announcements.length > 0)
              await bus.publish(
                FEED_CHANNEL,
                announcements[now.which % announcements.length] ?? "",
              );
            if (now.do === "fail") feed.failures = now.times;
            if (now.do === "wait") await clock.advance(now.ms);
            if (now.do === "junk") await bus.publish(FEED_CHANNEL, "{");
          }
          for (let i = 0; i < 12; i++) await clock.advance(POLL_MS);
          expect(heard).toEqual(feed.rows.slice(known).map((row) => row.sequenceId));
          expect(follower.position.sequenceId).toBe(feed.rows.length);
          await follower.stop();
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("FeedFollower, when the unusual happens,", () => {
  it("reads what an announcement leaves out or lost at once, without waiting for its poll", async () => {
    const feed = new MemoryFeed();
    const bus = createInProcessBus({ logger });
    const { follower, heard } = await follow(feed, bus);
    feed.commit(7);
    await bus.publish(FEED_CHANNEL, feed.announce(feed.commit(1)));
    await expect.poll(() => heard).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    feed.commit(2);
    await bus.publish(FEED_CHANNEL, feed.announce([]));
    await expect.poll(() => heard.length).toBe(10);
    await follower.stop();
  });

  it("does not mistake a late answer of the database for a sequence that began anew", async () => {
    const feed = new MemoryFeed();
    const bus = createInProcessBus({ logger });
    const { follower, clock, heard, epochs } = await follow(feed, bus);
    let answer = () => {};
    feed.delay = new Promise((resolve) => {
      answer = resolve;
    });
    await clock.advance(POLL_MS);
    await bus.publish(FEED_CHANNEL, feed.announce(feed.commit(3)));
    answer();
    await clock.advance(1);
    expect(epochs).toEqual([]);
    expect(heard).toEqual([1, 2, 3]);
    await follower.stop();
  });

  it("tells of a new epoch once, and then hands on what comes after it", async () => {
    const feed = new MemoryFeed();
    feed.commit(5);
    const bus = createInProcessBus({ logger });
    const { follower, clock, heard, epochs } = await follow(feed, bus);
    feed.epoch = "b";
    feed.rows = [];
    feed.commit(2);
    await clock.advance(POLL_MS);
    await bus.publish(FEED_CHANNEL, feed.announce(feed.commit(1)));
    await clock.advance(POLL_MS);
    expect(epochs).toEqual(["b:2"]);
    expect(heard).toEqual([3]);
    await follower.stop();
  });

  it("goes on when a listener throws", async () => {
    const feed = new MemoryFeed();
    const bus = createInProcessBus({ logger });
    const { follower, heard } = await follow(feed, bus);
    const bad = () => {
      throw new Error("listener failed");
    };
    const stop = follower.listen({ onRows: bad, onEpoch: bad });
    await bus.publish(FEED_CHANNEL, feed.announce(feed.commit(1)));
    await bus.publish(FEED_CHANNEL, feed.announce(feed.commit(1)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual([1, 2]);
    stop();
    await follower.stop();
  });
});
