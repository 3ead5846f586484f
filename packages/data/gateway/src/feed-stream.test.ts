import { describe, expect, it } from "vitest";
import { eventRow, retractRow } from "../test/feed-rows.ts";
import { RecordingOutlet } from "../test/recording-outlet.ts";
import { createConnection } from "./connection.ts";
import { FeedStream } from "./feed-stream.ts";

const LIMITS = { replayRows: 4, outboundBytes: 4096 };
const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const BOB = "0x00000000219ab540356cBB839Cbe05303d7705Fa";

function streamAt(sequenceId: number) {
  return new FeedStream({ epoch: "e", sequenceId }, LIMITS);
}

function connect(stream: FeedStream, topics: readonly string[] = ["feed"]) {
  const outlet = new RecordingOutlet();
  const connection = createConnection(outlet, 0, 0);
  stream.join(connection);
  stream.watch(connection, new Set(topics));
  return { outlet, connection };
}

describe("FeedStream.append", () => {
  it("encodes a row once for all who stand alike", () => {
    const stream = streamAt(7);
    const clients = [connect(stream), connect(stream), connect(stream)];
    stream.append(eventRow(8));
    const frames = clients.map(({ outlet }) => outlet.frames[0]);
    expect(frames[0]).toBeDefined();
    expect(new Set(frames).size).toBe(1);
  });

  it("tells each connection the id before in its own stream, retractions included", () => {
    const stream = streamAt(7);
    const vault = connect(stream, ["level:VAULT"]);
    const all = connect(stream);
    stream.append(eventRow(8, ["feed", "level:VAULT"]));
    stream.append(eventRow(9, ["feed", "level:SUBNET"]));
    stream.append(retractRow(10, [8], ["feed", "level:VAULT"]));
    expect(vault.outlet.messages).toMatchObject([
      { type: "FEED_EVENT", sequenceId: 8, prev: 7 },
      { type: "RETRACT", sequenceId: 10, retracts: [8], prev: 8 },
    ]);
    expect(all.outlet.messages).toMatchObject([{ prev: 7 }, { prev: 8 }, { prev: 9 }]);
  });

  it("gives several rows as one to a socket that can take them so, each a frame of its own", () => {
    const stream = streamAt(7);
    const { connection, outlet } = connect(stream);
    const given: [Buffer, number][] = [];
    Object.assign(outlet, {
      sendMany: (frames: Buffer, count: number) => given.push([frames, count]),
    });
    const other = connect(stream);
    stream.appendAll([eventRow(8), eventRow(9), retractRow(10, [8])]);
    expect(given).toEqual([[Buffer.concat(other.outlet.frames), 3]]);
    expect(connection.told).toBe(10);
    expect(other.outlet.messages).toMatchObject([{ prev: 7 }, { prev: 8 }, { prev: 9 }]);
  });

  it("splits rows that are large, so that no socket's buffer is filled by them at once", () => {
    const stream = streamAt(0);
    const { outlet } = connect(stream);
    const sizes: number[] = [];
    Object.assign(outlet, { sendMany: (frames: Buffer) => sizes.push(frames.length) });
    const large = (id: number) => eventRow(id, ["feed", "x".repeat(10)]);
    const rows = Array.from({ length: 2_000 }, (_, index) => large(index + 1));
    stream.appendAll(rows);
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThan(128 * 1024);
  });

  it("gives a personal message to its owner alone, in whatever case the address is", () => {
    const stream = streamAt(0);
    const [alice, bob, nobody] = [connect(stream), connect(stream), connect(stream)];
    stream.own(alice.connection, ALICE.toLowerCase());
    stream.own(bob.connection, BOB);
    const message = { type: "POSITION_UPDATE", position: { level: "VAULT" } };
    stream.append(eventRow(1, ["feed"], [{ address: ALICE, message }]));
    expect(alice.outlet.messages.map(({ type }) => type)).toEqual([
      "FEED_EVENT",
      "POSITION_UPDATE",
    ]);
    for (const { outlet } of [bob, nobody]) {
      expect(outlet.messages.map(({ type }) => type)).toEqual(["FEED_EVENT"]);
    }
  });

  it("gives a personal message that came while its owner was held", () => {
    const stream = streamAt(0);
    const { outlet, connection } = connect(stream, ["level:SUBNET"]);
    connection.session = { address: ALICE, expiresAtMs: 1 };
    stream.own(connection, ALICE);
    stream.hold(connection);
    const message = { type: "POSITION_UPDATE", position: null };
    stream.append(eventRow(1, ["feed"], [{ address: ALICE, message }]));
    expect(outlet.messages).toEqual([]);
    stream.resume(connection);
    expect(outlet.messages).toEqual([message]);
  });
});

describe("FeedStream to many who come at once", () => {
  it("makes one REPLAY for all who missed the same, and another once there is a newer row", () => {
    const stream = streamAt(0);
    for (let id = 1; id <= 3; id += 1) stream.append(eventRow(id, ["feed", "level:VAULT"]));
    const [first, second] = [connect(stream), connect(stream)];
    const vault = connect(stream, ["level:VAULT"]);
    for (const { connection } of [first, second, vault]) stream.replay(connection, 1, "e");
    expect(first.outlet.frames[0]).toBe(second.outlet.frames[0]);
    expect(vault.outlet.frames[0]).not.toBe(first.outlet.frames[0]);
    stream.append(eventRow(4));
    stream.replay(first.connection, 1, "e");
    expect(first.outlet.messages.at(-1)).toMatchObject({ type: "REPLAY", toSequenceId: 4 });
    stream.append(eventRow(5));
    expect(first.outlet.messages.at(-1)).toMatchObject({ sequenceId: 5, prev: 4 });
  });

  it("encodes one snapshot once for all who get it", () => {
    const stream = streamAt(0);
    const clients = [connect(stream), connect(stream)];
    const snapshot = { epoch: "e", sequenceId: 0, json: "{}" };
    for (const { connection } of clients) {
      stream.hold(connection);
      stream.fullSync(connection, snapshot);
    }
    expect(clients[0]?.outlet.frames[0]).toBe(clients[1]?.outlet.frames[0]);
  });
});

describe("FeedStream.replay", () => {
  it("replays fewer than the limit, and not one more", () => {
    const stream = streamAt(0);
    for (let id = 1; id <= 10; id += 1) stream.append(eventRow(id));
    const { outlet, connection } = connect(stream);
    expect(stream.replay(connection, 6, "e")).toBe(false);
    expect(stream.replay(connection, 7, "e")).toBe(true);
    expect(outlet.messages).toMatchObject([
      {
        type: "REPLAY",
        fromSequenceId: 7,
        toSequenceId: 10,
        events: [
          { sequenceId: 8, prev: 7 },
          { sequenceId: 9, prev: 8 },
          { sequenceId: 10, prev: 9 },
        ],
      },
    ]);
  });

  it("does not replay rows it does not have, or of another epoch, or that are not there yet", () => {
    const stream = streamAt(5);
    stream.append(eventRow(6));
    const { connection } = connect(stream);
    expect(stream.replay(connection, 4, "e")).toBe(false);
    expect(stream.replay(connection, 6, "other")).toBe(false);
    expect(stream.replay(connection, 7, undefined)).toBe(false);
    expect(stream.replay(connection, 6 + LIMITS.replayRows, "e")).toBe(false);
    expect(stream.replay(connection, 6, undefined)).toBe(true);
  });

  it("skips what a client already has from a gateway that was ahead", () => {
    const stream = streamAt(5);
    const { outlet, connection } = connect(stream);
    expect(stream.replay(connection, 7, "e")).toBe(true);
    for (const id of [6, 7, 8]) stream.append(eventRow(id));
    expect(outlet.messages).toMatchObject([
      { type: "REPLAY", events: [], fromSequenceId: 7, toSequenceId: 7 },
      { type: "FEED_EVENT", sequenceId: 8, prev: 7 },
    ]);
  });

  it("sends no replay that would fill the outbound buffer", () => {
    const stream = streamAt(0);
    for (let id = 1; id <= 3; id += 1) stream.append(eventRow(id, [`level:${"x".repeat(10)}`]));
    const { connection } = connect(new FeedStream({ epoch: "e", sequenceId: 0 }, LIMITS));
    const tight = new FeedStream({ epoch: "e", sequenceId: 0 }, { ...LIMITS, outboundBytes: 400 });
    for (let id = 1; id <= 3; id += 1) tight.append(eventRow(id));
    expect(tight.replay(connection, 0, "e")).toBe(false);
    expect(tight.replay(connection, 2, "e")).toBe(true);
  });
});

describe("FeedStream.fullSync and resume", () => {
  it("resumes only a connection whose place it still has", () => {
    const stream = streamAt(0);
    const { connection } = connect(stream);
    stream.hold(connection);
    for (let id = 1; id <= 4 * LIMITS.replayRows; id += 1) stream.append(eventRow(id));
    expect(stream.resume(connection)).toBe(false);
  });

  it("joins a snapshot to what came after it", () => {
    const stream = streamAt(0);
    const { outlet, connection } = connect(stream);
    stream.hold(connection);
    for (const id of [1, 2, 3]) stream.append(eventRow(id));
    const snapshot = { epoch: "e", sequenceId: 2, json: '{"levels":[]}' };
    expect(stream.fullSync(connection, snapshot)).toBe("synced");
    expect(outlet.messages).toMatchObject([
      { type: "FULL_SYNC", snapshot: { levels: [] }, sequenceId: 2, epoch: "e" },
      { type: "FEED_EVENT", sequenceId: 3, prev: 2 },
    ]);
  });

  it("refuses a snapshot that is stale or does not fit", () => {
    const stream = streamAt(5);
    const { connection } = connect(stream);
    stream.hold(connection);
    const sync = (epoch: string, sequenceId: number, json = "{}") =>
      stream.fullSync(connection, { epoch, sequenceId, json });
    expect(sync("other", 5)).toBe("stale");
    expect(sync("e", 4)).toBe("stale");
    expect(sync("e", 5, `{"a":"${"x".repeat(LIMITS.outboundBytes)}"}`)).toBe("too large");
  });
});

describe("FeedStream", () => {
  it("broadcasts to who watches the topic and to nobody else", () => {
    const stream = streamAt(0);
    const [vault, subnet] = [connect(stream, ["level:VAULT"]), connect(stream, ["level:SUBNET"])];
    const message = { type: "SCAN_WARNING", level: "VAULT", secondsUntil: 60 };
    stream.broadcast(message, ["level:VAULT"]);
    expect(vault.outlet.messages).toEqual([message]);
    expect(subnet.outlet.messages).toEqual([]);
  });

  it("forgets who leaves", () => {
    const stream = streamAt(0);
    const { outlet, connection } = connect(stream);
    connection.session = { address: ALICE, expiresAtMs: 1 };
    stream.own(connection, ALICE);
    expect(stream.countOf(ALICE)).toBe(1);
    stream.leave(connection);
    expect(stream.countOf(ALICE)).toBe(0);
    stream.append(eventRow(1));
    expect(outlet.messages).toEqual([]);
  });

  it("stops at a gap in its input rather than pass it on", () => {
    expect(() => streamAt(5).append(eventRow(7))).toThrow("without a gap");
  });
});
