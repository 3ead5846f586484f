import { describe, expect, it } from "vitest";
import { eventRow } from "../test/feed-rows.ts";
import { RecordingOutlet } from "../test/recording-outlet.ts";
import { ClientDesk, type Credential } from "./client-desk.ts";
import { type Connection, createConnection } from "./connection.ts";
import { FeedStream } from "./feed-stream.ts";
import { DEFAULT_LIMITS, type GatewayLimits } from "./limits.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const BOB = "0x00000000219ab540356cBB839Cbe05303d7705Fa";

/** A desk whose reads are answered by the test, and clients that write to it. */
function openDesk(options: { public?: boolean; limits?: Partial<GatewayLimits> } = {}) {
  const limits = { ...DEFAULT_LIMITS, replayRows: 4, ...options.limits };
  const stream = new FeedStream({ epoch: "e", sequenceId: 0 }, limits);
  const asked: { authenticate: Credential[]; snapshots: Connection[] } = {
    authenticate: [],
    snapshots: [],
  };
  const desk = new ClientDesk(
    stream,
    {
      authenticate: (_, credential) => asked.authenticate.push(credential),
      readSnapshot: (connection) => asked.snapshots.push(connection),
    },
    { public: options.public ?? true, limits },
  );
  const connect = () => {
    const outlet = new RecordingOutlet();
    const connection = createConnection(outlet, 0, 0);
    desk.open(connection);
    const say = (message: unknown, nowMs = 0) =>
      desk.receive(connection, JSON.stringify(message), nowMs);
    const login = (address: `0x${string}` = ALICE) => {
      say({ type: "AUTH", token: "t" });
      desk.authenticated(connection, { address, expiresAtMs: 1e12 }, [], 0);
    };
    return { outlet, connection, say, login };
  };
  return { desk, stream, asked, connect };
}

describe("ClientDesk on a new connection", () => {
  it("greets a public connection with where the sequence stands, and streams from there", () => {
    const { stream, connect } = openDesk();
    stream.append(eventRow(1));
    const { outlet } = connect();
    stream.append(eventRow(2));
    expect(outlet.messages).toMatchObject([
      {
        type: "CONNECTION_STATE",
        status: "connected",
        epoch: "e",
        sequenceId: 1,
        heartbeatMs: 30_000,
      },
      { type: "FEED_EVENT", sequenceId: 2, prev: 1 },
    ]);
  });

  it("gives nothing before AUTH where AUTH is required, and everything after it", () => {
    const { stream, desk, connect } = openDesk({ public: false });
    const { outlet, connection, say } = connect();
    stream.append(eventRow(1));
    stream.broadcast({ type: "SCAN_WARNING" }, ["feed"]);
    expect(outlet.messages).toEqual([]);
    say({ type: "RECONNECT", lastSequenceId: 0 });
    say({ type: "SUBSCRIBE", topics: ["level:VAULT"] });
    say({ type: "PING" });
    expect(outlet.messages).toMatchObject([
      { type: "ERROR", code: "AUTH_REQUIRED" },
      { type: "ERROR", code: "AUTH_REQUIRED" },
      { type: "PONG" },
    ]);
    say({ type: "AUTH", ticket: "t" });
    stream.append(eventRow(2));
    desk.authenticated(connection, { address: ALICE, expiresAtMs: 1e12 }, [], 0);
    expect(outlet.messages.slice(3)).toMatchObject([
      { type: "CONNECTION_STATE", sequenceId: 1 },
      { type: "FEED_EVENT", sequenceId: 2, prev: 1 },
    ]);
  });
});

describe("ClientDesk on AUTH", () => {
  it("closes with 4401 when AUTH is refused, and says why", () => {
    const { desk, asked, connect } = openDesk();
    const { outlet, connection, say } = connect();
    say({ type: "AUTH", token: "bad" });
    expect(asked.authenticate).toEqual([{ token: "bad" }]);
    desk.authRefused(connection, "AUTH_TOKEN_EXPIRED", "log in again");
    expect(outlet.messages.at(-1)).toMatchObject({ type: "ERROR", code: "AUTH_TOKEN_EXPIRED" });
    expect(outlet.closed).toMatchObject({ code: 4401 });
  });

  it("sends away with 1013, not 4401, who cannot be checked: the token may be good", () => {
    const { desk, connect } = openDesk();
    const { outlet, connection, say } = connect();
    say({ type: "AUTH", token: "t" });
    desk.authUnavailable(connection);
    expect(outlet.closed).toMatchObject({ code: 1013 });
  });

  it.each([{}, { token: "a", ticket: "b" }])("wants a token or a ticket, not %j", (credential) => {
    const { asked, connect } = openDesk();
    const { outlet, say } = connect();
    say({ type: "AUTH", ...credential });
    expect(outlet.messages.at(-1)).toMatchObject({ type: "ERROR", code: "BAD_MESSAGE" });
    expect(asked.authenticate).toEqual([]);
  });

  it("lets the same user log in again and keeps the later expiry, but no other user", () => {
    const { stream, desk, connect } = openDesk();
    const { outlet, connection, say, login } = connect();
    login();
    say({ type: "AUTH", token: "t" });
    desk.authenticated(connection, { address: ALICE, expiresAtMs: 2e12 }, [], 0);
    expect(connection.session?.expiresAtMs).toBe(2e12);
    expect(stream.countOf(ALICE)).toBe(1);
    login(BOB);
    expect(outlet.messages.at(-1)).toMatchObject({ type: "ERROR", code: "AUTH_OTHER_USER" });
    expect(connection.session?.address).toBe(ALICE);
    stream.append(eventRow(1));
    expect(outlet.messages.at(-1)).toMatchObject({ type: "FEED_EVENT" });
  });

  it("welcomes a user with their position", () => {
    const { desk, connect } = openDesk();
    const { outlet, connection, say } = connect();
    say({ type: "AUTH", token: "t" });
    const welcome = { type: "POSITION_UPDATE", position: { level: "VAULT" } };
    desk.authenticated(connection, { address: ALICE, expiresAtMs: 1e12 }, [welcome], 0);
    expect(outlet.messages.at(-1)).toEqual(welcome);
  });
});

describe("ClientDesk on too much", () => {
  it("closes the sixth connection of a user with 4409, and lets one in when one leaves", () => {
    const { stream, connect } = openDesk();
    const five = Array.from({ length: 5 }, connect);
    for (const one of five) one.login();
    const sixth = connect();
    sixth.login();
    expect(sixth.outlet.closed).toMatchObject({ code: 4409 });
    expect(sixth.outlet.messages.at(-1)).toMatchObject({ code: "TOO_MANY_CONNECTIONS" });
    expect(five.every(({ outlet }) => outlet.closed === undefined)).toBe(true);
    const other = connect();
    other.login(BOB);
    expect(other.outlet.closed).toBeUndefined();
    if (five[0]) stream.leave(five[0].connection);
    const next = connect();
    next.login();
    expect(next.outlet.closed).toBeUndefined();
  });

  it("closes the twenty-first message of a second with 4429", () => {
    const { connect } = openDesk();
    const { outlet, say } = connect();
    for (let count = 0; count < 20; count += 1) say({ type: "PING" }, 500);
    expect(outlet.closed).toBeUndefined();
    say({ type: "PING" }, 1499);
    expect(outlet.closed).toMatchObject({ code: 4429 });
    expect(outlet.messages.at(-1)).toMatchObject({ code: "TOO_MANY_MESSAGES" });
  });

  it("keeps a bounded number of messages waiting for a read that does not end", () => {
    const { connect } = openDesk();
    const { outlet, say } = connect();
    say({ type: "AUTH", token: "t" });
    for (let second = 1; second < 20; second += 1) {
      for (let count = 0; count < 19; count += 1) say({ type: "PING" }, second * 1000);
    }
    expect(outlet.closed).toMatchObject({ code: 4429 });
  });
});

describe("ClientDesk on RECONNECT", () => {
  it("answers what waited for a read, in order, once the read is back", () => {
    const { desk, connect } = openDesk();
    const { outlet, connection, say } = connect();
    say({ type: "AUTH", token: "t" });
    say({ type: "RECONNECT", lastSequenceId: 0 });
    say({ type: "PING" });
    expect(outlet.messages).toHaveLength(1);
    desk.authenticated(connection, { address: ALICE, expiresAtMs: 1e12 }, [], 0);
    expect(outlet.messages.slice(1).map(({ type }) => type)).toEqual([
      "CONNECTION_STATE",
      "REPLAY",
      "PONG",
    ]);
  });

  it("sends a snapshot to who missed too much, and goes on from it", () => {
    const { stream, desk, asked, connect } = openDesk();
    for (let id = 1; id <= 4; id += 1) stream.append(eventRow(id));
    const { outlet, connection, say } = connect();
    say({ type: "RECONNECT", lastSequenceId: 0 });
    expect(asked.snapshots).toEqual([connection]);
    stream.append(eventRow(5));
    desk.snapshotRead(connection, { epoch: "e", sequenceId: 4, json: '{"a":1}' }, 0);
    expect(outlet.messages.slice(1)).toMatchObject([
      { type: "FULL_SYNC", sequenceId: 4, snapshot: { a: 1 } },
      { type: "FEED_EVENT", sequenceId: 5, prev: 4 },
    ]);
  });

  it.each([
    ["stale", { epoch: "other", sequenceId: 4, json: "{}" }, 1013],
    [
      "larger than the outbound buffer",
      { epoch: "e", sequenceId: 4, json: `"${"x".repeat(1 << 20)}"` },
      1011,
    ],
  ])("parts with a client whose snapshot is %s", (_, snapshot, code) => {
    const { stream, desk, connect } = openDesk();
    for (let id = 1; id <= 4; id += 1) stream.append(eventRow(id));
    const { outlet, connection, say } = connect();
    say({ type: "RECONNECT", lastSequenceId: 0 });
    desk.snapshotRead(connection, snapshot, 0);
    expect(outlet.closed).toMatchObject({ code });
  });
});

describe("ClientDesk on topics and text", () => {
  it("answers a RECONNECT too many with an error, and stays open", () => {
    const { connect } = openDesk({ limits: { replaysPerMinute: 2 } });
    const { outlet, say } = connect();
    for (let count = 0; count < 3; count += 1) say({ type: "RECONNECT", lastSequenceId: 0 });
    expect(outlet.messages.slice(1).map(({ type }) => type)).toEqual(["REPLAY", "REPLAY", "ERROR"]);
    expect(outlet.closed).toBeUndefined();
    say({ type: "RECONNECT", lastSequenceId: 0 }, 60_000);
    expect(outlet.messages.at(-1)).toMatchObject({ type: "REPLAY" });
  });

  it("changes topics from that moment on", () => {
    const { stream, connect } = openDesk();
    const { outlet, say } = connect();
    say({ type: "SUBSCRIBE", topics: ["level:VAULT"] });
    say({ type: "UNSUBSCRIBE", topics: ["feed"] });
    stream.append(eventRow(1, ["feed", "level:SUBNET"]));
    stream.append(eventRow(2, ["feed", "level:VAULT"]));
    expect(outlet.messages.slice(1)).toMatchObject([{ sequenceId: 2, prev: 0 }]);
  });

  it("refuses topics that cannot be, and more than 64, and changes nothing then", () => {
    const { connect } = openDesk();
    const { outlet, connection, say } = connect();
    say({ type: "SUBSCRIBE", topics: ["level:VAULT", "no topic"] });
    expect(outlet.messages.at(-1)).toMatchObject({ code: "TOPIC_INVALID" });
    const many = (from: number) => Array.from({ length: 32 }, (_, index) => `crew:${from + index}`);
    say({ type: "SUBSCRIBE", topics: many(0) });
    say({ type: "SUBSCRIBE", topics: many(32) });
    expect(outlet.messages.at(-1)).toMatchObject({ code: "TOO_MANY_TOPICS" });
    expect(connection.topics.size).toBe(33);
  });

  it.each([
    ["text that is not JSON", "{", "BAD_JSON"],
    ["nothing", "", "BAD_JSON"],
    ["an array", "[]", "BAD_MESSAGE"],
    ["null", "null", "BAD_MESSAGE"],
    ["an unknown type", '{"type":"JUMP"}', "BAD_MESSAGE"],
    ["a message of the server", '{"type":"FEED_EVENT"}', "BAD_MESSAGE"],
    ["an id that is no whole number", '{"type":"RECONNECT","lastSequenceId":1.5}', "BAD_MESSAGE"],
    ["a negative id", '{"type":"RECONNECT","lastSequenceId":-1}', "BAD_MESSAGE"],
    ["an id beyond 2^53", '{"type":"RECONNECT","lastSequenceId":9007199254740993}', "BAD_MESSAGE"],
    ["an id as text", '{"type":"RECONNECT","lastSequenceId":"1"}', "BAD_MESSAGE"],
    ["a field too many", '{"type":"PING","__proto__":{"admin":true}}', "BAD_MESSAGE"],
    ["no topics", '{"type":"SUBSCRIBE","topics":[]}', "BAD_MESSAGE"],
  ])("answers %s with an error and stays open", (_, text, code) => {
    const { desk, connect } = openDesk();
    const { outlet, connection, say } = connect();
    desk.receive(connection, text, 0);
    expect(outlet.messages.at(-1)).toMatchObject({ type: "ERROR", code });
    expect(outlet.closed).toBeUndefined();
    say({ type: "PING" });
    expect(outlet.messages.at(-1)).toEqual({ type: "PONG" });
  });
});
