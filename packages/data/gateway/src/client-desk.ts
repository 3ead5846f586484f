import type { Session } from "@ghostchain/auth";
import type { JsonObject } from "@ghostchain/feed";
import { type ClientMessage, clientMessage } from "@ghostchain/feed/wire";
import type { CloseCode, Connection } from "./connection.ts";
import type { FeedStream, Snapshot } from "./feed-stream.ts";
import type { GatewayLimits } from "./limits.ts";
import { encodeTextFrame } from "./text-frame.ts";
import { normalizeTopic } from "./topic.ts";
import { withinRate } from "./within-rate.ts";

export type Credential = { readonly token: string } | { readonly ticket: string };

/** What takes time. The desk holds a connection when it asks, and goes on with it when it is told. */
export interface Reader {
  /** To be answered by `authenticated`, `authRefused` or `authUnavailable`. */
  authenticate(connection: Connection, credential: Credential): void;
  /** To be answered by `snapshotRead` or `snapshotFailed`. */
  readSnapshot(connection: Connection): void;
}

export interface DeskRules {
  /** The feed may be watched without AUTH. */
  readonly public: boolean;
  readonly limits: GatewayLimits;
}

/** What a client is told with ERROR; with `close` it is the last thing it is told. */
export interface Problem {
  readonly code: string;
  readonly text: string;
  readonly close?: CloseCode;
}

type Message<T extends ClientMessage["type"]> = ClientMessage & { type: T };

/** What clients ask and what they are answered, each connection in the order it asks. */
export class ClientDesk {
  readonly #stream: FeedStream;
  readonly #reader: Reader;
  readonly #rules: DeskRules;

  constructor(stream: FeedStream, reader: Reader, rules: DeskRules) {
    this.#stream = stream;
    this.#reader = reader;
    this.#rules = rules;
  }

  open(connection: Connection): void {
    if (!this.#rules.public) return;
    this.#stream.join(connection);
    this.#sendState(connection);
  }

  /** @param text - one message, of valid UTF-8 and at most `frameBytes` */
  receive(connection: Connection, text: string, nowMs: number): void {
    if (!this.count(connection, nowMs)) return;
    const message = parseMessage(text);
    if ("code" in message) this.refuse(connection, message);
    else if (connection.phase === "held") this.#queue(connection, message);
    else this.#handle(connection, message, nowMs);
  }

  /**
   * Notes a sign of life that costs us something: a message, or a control frame that wants an answer.
   *
   * @returns whether the connection is open and stays so
   */
  count(connection: Connection, nowMs: number): boolean {
    if (connection.phase === "closed") return false;
    connection.missedPings = 0;
    const { messagesPerSecond } = this.#rules.limits;
    if (withinRate(connection.messageTimesMs, messagesPerSecond, 1000, nowMs)) return true;
    const text = `more than ${messagesPerSecond} messages in a second`;
    this.refuse(connection, { code: "TOO_MANY_MESSAGES", text, close: 4429 });
    return false;
  }

  /** Tells a client what is wrong, and parts with it where the problem says so. */
  refuse(connection: Connection, { code, text, close }: Problem): void {
    if (connection.phase === "closed") return;
    send(connection, {
      type: "ERROR",
      code,
      message: close === undefined ? text : `${text}; closing`,
    });
    if (close === undefined) return;
    this.#stream.leave(connection);
    connection.outlet.close(close, text);
  }

  authenticated(
    connection: Connection,
    session: Session,
    welcome: readonly JsonObject[],
    nowMs: number,
  ): void {
    if (connection.phase === "closed") return;
    const outcome = this.#admit(connection, session);
    if (outcome === "too many") {
      this.refuseConnection(connection);
    } else if (outcome === "other user") {
      const text = "a connection has one user: open another";
      this.refuse(connection, { code: "AUTH_OTHER_USER", text });
    } else {
      this.#sendState(connection);
      for (const message of welcome) send(connection, message);
    }
    this.#goOn(connection, nowMs);
  }

  authRefused(connection: Connection, code: string, text: string): void {
    this.refuse(connection, { code, text, close: 4401 });
  }

  authUnavailable(connection: Connection): void {
    const text = "logins cannot be checked just now: reconnect a little later";
    this.refuse(connection, { code: "AUTH_UNAVAILABLE", text, close: 1013 });
  }

  /** For one connection of a user too many. */
  refuseConnection(connection: Connection): void {
    const text = `more than ${this.#rules.limits.connectionsPerUser} connections of one user`;
    this.refuse(connection, { code: "TOO_MANY_CONNECTIONS", text, close: 4409 });
  }

  /** Whether rows that came after `snapshot` can be given to who gets it now. */
  canFollow(snapshot: Snapshot): boolean {
    return this.#stream.canFollow(snapshot);
  }

  /** What an owner is to know that no row told. */
  tellOwner(address: string, messages: readonly JsonObject[]): void {
    this.#stream.tellOwner(address, messages);
  }

  ownerUnavailable(address: string): void {
    const text = "your position cannot be read just now: reconnect a little later";
    for (const connection of this.#stream.ownersOf(address))
      this.refuse(connection, { code: "POSITION_UNAVAILABLE", text, close: 1013 });
  }

  snapshotRead(connection: Connection, snapshot: Snapshot, nowMs: number): void {
    if (connection.phase === "closed") return;
    const outcome = this.#stream.fullSync(connection, snapshot);
    if (outcome === "synced") {
      this.#drain(connection, nowMs);
    } else if (outcome === "stale") {
      this.snapshotFailed(connection);
    } else {
      const text = "the snapshot does not fit the outbound buffer";
      this.refuse(connection, { code: "SNAPSHOT_TOO_LARGE", text, close: 1011 });
    }
  }

  snapshotFailed(connection: Connection): void {
    const text = "there is no snapshot just now: reconnect a little later";
    this.refuse(connection, { code: "SNAPSHOT_FAILED", text, close: 1013 });
  }

  /** One read at a time. The rate limit alone would not bound how many wait for a read that does not end. */
  #queue(connection: Connection, message: ClientMessage): void {
    if (connection.waiting.length < 2 * this.#rules.limits.messagesPerSecond) {
      connection.waiting.push(message);
    } else {
      const text = "too many messages wait";
      this.refuse(connection, { code: "TOO_MANY_MESSAGES", text, close: 4429 });
    }
  }

  #handle(connection: Connection, message: ClientMessage, nowMs: number): void {
    const problem = this.#answer(connection, message, nowMs);
    if (problem) this.refuse(connection, problem);
  }

  #answer(connection: Connection, message: ClientMessage, nowMs: number): Problem | undefined {
    if (message.type === "PING") {
      connection.outlet.send(PONG);
      return undefined;
    }
    if (message.type === "AUTH") return this.#authenticate(connection, message);
    if (connection.phase === "greeting") return { code: "AUTH_REQUIRED", text: "send AUTH first" };
    if (message.type === "RECONNECT") return this.#reconnect(connection, message, nowMs);
    return this.#changeTopics(connection, message);
  }

  #authenticate(connection: Connection, { token, ticket }: Message<"AUTH">): Problem | undefined {
    const credential = token === undefined ? { ticket: ticket ?? "" } : { token };
    if ((token === undefined) === (ticket === undefined)) {
      return { code: "BAD_MESSAGE", text: "AUTH takes either a token or a ticket" };
    }
    if (connection.phase === "greeting") {
      connection.position = this.#stream.head;
      connection.told = this.#stream.head;
    }
    this.#stream.hold(connection);
    this.#reader.authenticate(connection, credential);
    return undefined;
  }

  #admit(connection: Connection, session: Session): "admitted" | "too many" | "other user" {
    if (connection.session === undefined) {
      const { connectionsPerUser } = this.#rules.limits;
      if (this.#stream.countOf(session.address) >= connectionsPerUser) return "too many";
      this.#stream.own(connection, session.address);
    } else if (connection.session.address !== session.address) {
      return "other user";
    }
    connection.session = session;
    return "admitted";
  }

  #reconnect(
    connection: Connection,
    { lastSequenceId, epoch }: Message<"RECONNECT">,
    nowMs: number,
  ): Problem | undefined {
    const { replaysPerMinute } = this.#rules.limits;
    if (!withinRate(connection.replayTimesMs, replaysPerMinute, 60_000, nowMs)) {
      const text = `more than ${replaysPerMinute} RECONNECTs in a minute`;
      return { code: "TOO_MANY_REPLAYS", text };
    }
    if (!this.#stream.replay(connection, lastSequenceId, epoch)) this.#readSnapshot(connection);
    return undefined;
  }

  #changeTopics(
    connection: Connection,
    { type, topics }: Message<"SUBSCRIBE" | "UNSUBSCRIBE">,
  ): Problem | undefined {
    const wanted = new Set(connection.topics);
    for (const given of topics) {
      const topic = normalizeTopic(given);
      if (topic === undefined) {
        return { code: "TOPIC_INVALID", text: `no topic is spelled ${JSON.stringify(given)}` };
      }
      if (type === "SUBSCRIBE") wanted.add(topic);
      else wanted.delete(topic);
    }
    const { topicsPerConnection } = this.#rules.limits;
    if (wanted.size > topicsPerConnection) {
      return { code: "TOO_MANY_TOPICS", text: `more than ${topicsPerConnection} topics` };
    }
    this.#stream.watch(connection, wanted);
    return undefined;
  }

  #readSnapshot(connection: Connection): void {
    this.#stream.hold(connection);
    this.#reader.readSnapshot(connection);
  }

  /** After a read that brought no snapshot. */
  #goOn(connection: Connection, nowMs: number): void {
    if (connection.phase !== "held") return;
    if (this.#stream.resume(connection)) this.#drain(connection, nowMs);
    else this.#readSnapshot(connection);
  }

  #drain(connection: Connection, nowMs: number): void {
    while (connection.phase === "live") {
      const next = connection.waiting.shift();
      if (!next) return;
      this.#handle(connection, next, nowMs);
    }
  }

  #sendState(connection: Connection): void {
    send(connection, {
      type: "CONNECTION_STATE",
      status: "connected",
      epoch: this.#stream.epoch,
      sequenceId: connection.position,
      heartbeatMs: this.#rules.limits.heartbeatMs,
    });
  }
}

const PONG = encodeTextFrame('{"type":"PONG"}');

function parseMessage(text: string): ClientMessage | Problem {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { code: "BAD_JSON", text: "a message is one JSON object" };
  }
  const parsed = clientMessage.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join(".") || "message";
  return { code: "BAD_MESSAGE", text: `${where}: ${issue?.message ?? "not a message"}` };
}

function send(connection: Connection, message: JsonObject): void {
  connection.outlet.send(encodeTextFrame(JSON.stringify(message)));
}
