import type { FeedEventMessage, RetractMessage, ServerMessage } from "@ghostchain/feed/wire";
import { describe, expect, it } from "vitest";
import { FeedCursor } from "./feed-cursor.ts";

function event(sequenceId: number, prev = sequenceId - 1): FeedEventMessage {
  return {
    type: "FEED_EVENT",
    event: { type: "JACK_IN", timestamp: sequenceId },
    sequenceId,
    prev,
  };
}

function retract(sequenceId: number, retracts: readonly number[]): RetractMessage {
  return { type: "RETRACT", retracts, sequenceId, prev: sequenceId - 1 };
}

function state(sequenceId: number, epoch = "e"): ServerMessage {
  const status = "connected" as const;
  return { type: "CONNECTION_STATE", status, epoch, sequenceId, heartbeatMs: 30_000 };
}

/** Ids of the changes, in order. */
function idsOf(cursor: FeedCursor, messages: readonly ServerMessage[]): (number | undefined)[] {
  return messages.flatMap((message) =>
    cursor
      .take(message)
      .changes.map((change) => ("sequenceId" in change ? change.sequenceId : undefined)),
  );
}

describe("FeedCursor", () => {
  it("begins where the first connection is", () => {
    const cursor = new FeedCursor(undefined);
    expect(cursor.take(state(7))).toEqual({ changes: [] });
    expect(cursor.at).toEqual({ sequenceId: 7, epoch: "e" });
    expect(cursor.ask()).toEqual({ type: "RECONNECT", lastSequenceId: 7, epoch: "e" });
  });

  it("takes each id once and in order, retractions included", () => {
    const cursor = new FeedCursor({ sequenceId: 7, epoch: "e" });
    const messages = [event(8), event(8), event(9), event(8), retract(10, [8]), event(11)];
    expect(idsOf(cursor, messages)).toEqual([8, 9, 10, 11]);
    expect(cursor.at).toEqual({ sequenceId: 11, epoch: "e" });
  });

  it("takes a filtered stream, whose ids have holes, by `prev`", () => {
    const cursor = new FeedCursor({ sequenceId: 7, epoch: "e" });
    expect(idsOf(cursor, [event(12, 7), event(20, 12)])).toEqual([12, 20]);
    expect(cursor.take(event(30, 25))).toEqual({ changes: [], trouble: "gap" });
    expect(cursor.at?.sequenceId).toBe(20);
  });

  it("drops what comes between the question and the answer: the answer covers it", () => {
    const cursor = new FeedCursor({ sequenceId: 7, epoch: "e" });
    cursor.ask();
    const replay: ServerMessage = {
      type: "REPLAY",
      events: [event(8), event(9)],
      fromSequenceId: 7,
      toSequenceId: 9,
    };
    expect(cursor.take(event(9, 8))).toEqual({ changes: [] });
    expect(idsOf(cursor, [replay, event(10)])).toEqual([8, 9, 10]);
  });

  it("stands at the end of a replay, also where nothing of it was for us", () => {
    const cursor = new FeedCursor({ sequenceId: 7, epoch: "e" });
    cursor.ask();
    cursor.take({ type: "REPLAY", events: [], fromSequenceId: 7, toSequenceId: 40 });
    expect(cursor.at?.sequenceId).toBe(40);
    expect(idsOf(cursor, [event(41)])).toEqual([41]);
  });

  it("takes the gateway's epoch with the replay of a place that had none", () => {
    const cursor = new FeedCursor({ sequenceId: 0 });
    expect(cursor.ask()).toEqual({ type: "RECONNECT", lastSequenceId: 0 });
    cursor.take(state(9, "now"));
    cursor.take({ type: "REPLAY", events: [event(1)], fromSequenceId: 0, toSequenceId: 9 });
    expect(cursor.at).toEqual({ sequenceId: 9, epoch: "now" });
  });

  it("keeps its place and epoch when a connection says where that is", () => {
    const cursor = new FeedCursor({ sequenceId: 7, epoch: "old" });
    cursor.take(state(9, "new"));
    expect(cursor.ask()).toMatchObject({ lastSequenceId: 7, epoch: "old" });
  });

  it("begins anew with a snapshot", () => {
    const cursor = new FeedCursor({ sequenceId: 7, epoch: "old" });
    cursor.ask();
    const sync: ServerMessage = {
      type: "FULL_SYNC",
      snapshot: { a: 1 },
      sequenceId: 3,
      epoch: "new",
    };
    expect(cursor.take(sync).changes).toEqual([
      { type: "sync", snapshot: { a: 1 }, sequenceId: 3, epoch: "new" },
    ]);
    expect(cursor.at).toEqual({ sequenceId: 3, epoch: "new" });
    expect(idsOf(cursor, [event(4)])).toEqual([4]);
  });

  it("does not believe a replay it did not ask for, or that has a hole", () => {
    const asked = () => {
      const cursor = new FeedCursor({ sequenceId: 7, epoch: "e" });
      cursor.ask();
      return cursor;
    };
    const replay = (events: FeedEventMessage[], fromSequenceId: number): ServerMessage => ({
      ...{ type: "REPLAY", events, fromSequenceId, toSequenceId: 9 },
    });
    expect(asked().take(replay([], 6)).trouble).toBe("broken");
    expect(asked().take(replay([event(9)], 7)).trouble).toBe("broken");
    expect(new FeedCursor({ sequenceId: 7 }).take(replay([], 7)).trouble).toBe("broken");
  });

  it("passes on what is outside the sequence", () => {
    const cursor = new FeedCursor(undefined);
    const warning: ServerMessage = { type: "SCAN_WARNING", level: "VAULT", secondsUntil: 60 };
    expect(cursor.take(warning).changes).toEqual([{ type: "notice", message: warning }]);
    expect(cursor.take({ type: "POSITION_UPDATE", position: null }).changes).toEqual([
      { type: "position", position: null },
    ]);
    expect(cursor.take({ type: "PONG" }).changes).toEqual([]);
  });
});
