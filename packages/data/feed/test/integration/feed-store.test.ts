import type { Database } from "@ghostchain/database";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { createInProcessBus } from "@ghostchain/event-bus";
import { createSilentLogger, systemClock } from "@ghostchain/service";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encodeAnnouncement, FEED_CHANNEL } from "../../src/announcement.ts";
import { appendFeed, loadFeed, type NewFeedRow, restartFeed } from "../../src/append-feed.ts";
import { createFeedFollower } from "../../src/feed-follower.ts";
import type { FeedPosition } from "../../src/feed-row.ts";
import { ensureFeed } from "../../src/feed-schema.ts";
import { feedPosition, listFeed, readFeed } from "../../src/read-feed.ts";
import { retractionsAbove, withPersonal } from "../../src/retractions.ts";

let test: TestDatabase;
let database: Database;
let start: FeedPosition;
beforeAll(async () => {
  test = await openTestDatabase();
  database = test.database;
  await ensureFeed(database);
});
afterAll(() => test.close());
beforeEach(async () => {
  start = await database.transaction((sql) => restartFeed(sql, "epoch-1"));
});

function event(block: number, amount: string, topic = "level:VAULT"): NewFeedRow {
  return {
    kind: "event",
    blockNumber: BigInt(block),
    blockHash: `0x${block}`,
    topics: ["feed", topic],
    event: { type: "JACK_IN", timestamp: 1, amount },
    personal: [{ address: "0xA", message: { type: "POSITION_UPDATE", amount } }],
    subjects: ["0xA"],
  };
}

function append(position: FeedPosition, rows: readonly NewFeedRow[]) {
  return database.transaction((sql) => appendFeed(sql, position, rows));
}

describe("appendFeed", () => {
  it("numbers rows from where the sequence stands, and reads them back as they were", async () => {
    const first = await append(start, [event(1, "10"), event(1, "20", "level:DARKNET")]);
    const second = await append({ ...start, sequenceId: 2 }, [event(2, "30")]);
    expect([...first, ...second].map((row) => row.sequenceId)).toEqual([1, 2, 3]);
    const { rows, position } = await readFeed(database, { after: 0, limit: 10 });
    expect(position).toEqual({ epoch: "epoch-1", sequenceId: 3 });
    expect(rows).toEqual([...first, ...second]);
    expect(await feedPosition(database)).toEqual(position);
  });

  it("says of rows that were read whose owners they did not tell", async () => {
    const told = { ...event(1, "10"), subjects: ["0xA", "0xB"] };
    await append(start, [told]);
    const silent = { ...event(2, "20"), personal: [] };
    await database.transaction((sql) => loadFeed(sql, { ...start, sequenceId: 1 }, [silent]));
    const { rows } = await readFeed(database, { after: 0, limit: 10 });
    expect(rows.map(({ untold }) => untold)).toEqual([["0xB"], ["0xA"]]);
  });

  it("refuses a second writer, and keeps nothing of what it brought", async () => {
    await append(start, [event(1, "10")]);
    await expect(append(start, [event(1, "99")])).rejects.toMatchObject({ code: "FEED_CONFLICT" });
    await expect(append({ ...start, epoch: "old" }, [event(1, "99")])).rejects.toMatchObject({
      code: "FEED_CONFLICT",
    });
    expect((await readFeed(database, { after: 0, limit: 10 })).rows).toHaveLength(1);
  });

  it("loads history with COPY as if each row had been appended", async () => {
    const rows = Array.from({ length: 2_500 }, (_, i) => event(i, String(i)));
    const position = await database.transaction((sql) => loadFeed(sql, start, rows));
    expect(position).toEqual({ epoch: "epoch-1", sequenceId: 2_500 });
    const page = await readFeed(database, { after: 2_498, limit: 10 });
    expect(page.rows).toMatchObject([
      { sequenceId: 2_499, event: { amount: "2498" } },
      { sequenceId: 2_500, event: { amount: "2499" } },
    ]);
    const late = database.transaction((sql) => loadFeed(sql, start, rows));
    await expect(late).rejects.toMatchObject({ code: "FEED_CONFLICT" });
  });
});

describe("readFeed", () => {
  it("gives no more than asked for, only the topics asked for, and the position even of nothing", async () => {
    await append(start, [event(1, "1"), event(1, "2", "level:DARKNET"), event(2, "3")]);
    const ids = async (query: Parameters<typeof readFeed>[1]) =>
      (await readFeed(database, query)).rows.map((row) => row.sequenceId);
    expect(await ids({ after: 0, limit: 2 })).toEqual([1, 2]);
    expect(await ids({ after: 0, limit: 9, topics: ["level:VAULT", "x"] })).toEqual([1, 3]);
    expect(await ids({ after: 0, limit: 9, topics: ["feed", "level:VAULT"] })).toEqual([1, 2, 3]);
    expect(await readFeed(database, { after: 3, limit: 9 })).toEqual({
      position: { epoch: "epoch-1", sequenceId: 3 },
      rows: [],
    });
  });
});

describe("retractionsAbove", () => {
  it("takes back what came after the ancestor, newest block first, and hides it from the list", async () => {
    const appended = await append(start, [
      event(1, "1"),
      event(2, "2", "level:DARKNET"),
      event(2, "3"),
      event(3, "4"),
    ]);
    const { rows, subjects } = await retractionsAbove(database, "main", 1n);
    expect(subjects).toEqual(["0xA"]);
    const told = [{ address: "0xA", message: { type: "POSITION_UPDATE", amount: "1" } }];
    const retracted = await append({ ...start, sequenceId: 4 }, withPersonal(rows, told));
    expect(retracted).toMatchObject([
      {
        sequenceId: 5,
        blockHash: "0x3",
        retracts: [4],
        topics: ["feed", "level:VAULT"],
        personal: [],
      },
      {
        ...{ sequenceId: 6, blockHash: "0x2", retracts: [3, 2], personal: told },
        topics: ["feed", "level:VAULT", "level:DARKNET"],
      },
    ]);
    const { rows: all } = await readFeed(database, { after: 0, limit: 10 });
    expect(all).toEqual([...appended, ...retracted]);
    expect((await listFeed(database, { limit: 10 })).map((row) => row.sequenceId)).toEqual([1]);
    expect((await retractionsAbove(database, "main", 0n)).rows).toMatchObject([{ retracts: [1] }]);
  });

  it("never names more ids in one row than a frame carries", async () => {
    await database.transaction((sql) =>
      loadFeed(
        sql,
        start,
        Array.from({ length: 1_201 }, (_, i) => event(7, String(i))),
      ),
    );
    const { rows } = await retractionsAbove(database, "main", 6n);
    const sizes = rows.map((row) => (row.kind === "retract" ? row.retracts.length : 0));
    expect(sizes).toEqual([500, 500, 201]);
  });
});

describe("listFeed", () => {
  it("pages from the newest down, by topic", async () => {
    await append(start, [event(1, "1"), event(1, "2", "level:DARKNET"), event(2, "3")]);
    const ids = async (query: Parameters<typeof listFeed>[1]) =>
      (await listFeed(database, query)).map((row) => row.sequenceId);
    expect(await ids({ limit: 2 })).toEqual([3, 2]);
    expect(await ids({ limit: 2, before: 2 })).toEqual([1]);
    expect(await ids({ limit: 9, topic: "level:DARKNET" })).toEqual([2]);
    expect(await ids({ limit: 9, topic: "feed" })).toEqual([3, 2, 1]);
  });
});

describe("createFeedFollower", () => {
  it("follows a real feed: announced rows, rows nobody announced, and a new epoch", async () => {
    const logger = createSilentLogger();
    const bus = createInProcessBus({ logger });
    await bus.start(new AbortController().signal);
    const deps = { database, bus, clock: systemClock, logger };
    const follower = createFeedFollower(deps, { pollMs: 50 });
    await append(start, [event(1, "1")]);
    await follower.start(new AbortController().signal);
    const heard: number[] = [];
    const restarted = new Promise<FeedPosition>((onEpoch) =>
      follower.listen({ onRows: (rows) => heard.push(...rows.map((r) => r.sequenceId)), onEpoch }),
    );
    await append({ ...start, sequenceId: 1 }, [event(1, "2")]);
    const rows = await append({ ...start, sequenceId: 2 }, [event(1, "3")]);
    const position = { ...start, sequenceId: 3 };
    await bus.publish(FEED_CHANNEL, encodeAnnouncement({ position, rows }));
    await append(position, [event(2, "4")]);
    await expect.poll(() => heard).toEqual([2, 3, 4]);
    await database.transaction((sql) => restartFeed(sql, "epoch-2"));
    expect(await restarted).toEqual({ epoch: "epoch-2", sequenceId: 0 });
    await follower.stop();
  });
});
