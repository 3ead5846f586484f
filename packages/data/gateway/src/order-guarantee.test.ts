import type { FeedRow } from "@ghostchain/feed";
import type { FeedEventMessage, RetractMessage, ServerMessage } from "@ghostchain/feed/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventRow, retractRow } from "../test/feed-rows.ts";
import { decodeFrame } from "../test/recording-outlet.ts";
import { ClientDesk, type Reader } from "./client-desk.ts";
import { type Connection, createConnection } from "./connection.ts";
import { FeedStream, type Snapshot } from "./feed-stream.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

const LIMITS = { ...DEFAULT_LIMITS, replayRows: 6, messagesPerSecond: 1e6, replaysPerMinute: 1e6 };
const TOPICS = [["feed"], ["level:VAULT"], ["level:VAULT", "level:DARKNET"], ["level:SUBNET"]];
const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

describe("the order guarantee", () => {
  it("gives each client every row that is for it once and in order, whatever happens", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 200 }), (steps) => {
        const world = new World();
        for (const one of steps) world.take(one);
        world.settle();
        for (const client of world.clients) client.check(world);
      }),
      { numRuns: 1000 },
    );
  });
});

type Step =
  | { do: "commit"; level: string | undefined }
  | { do: "reorg"; depth: number }
  | { do: "deliver"; gateway: number }
  | { do: "restart"; gateway: number }
  | { do: "rebuild" }
  | { do: "connect"; client: number; gateway: number; login: boolean }
  | { do: "cut"; client: number }
  | { do: "again"; client: number }
  | { do: "login"; client: number }
  | { do: "answer"; gateway: number };

const gateway = fc.nat({ max: 1 });
const client = fc.nat({ max: TOPICS.length - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("commit" as const),
      level: fc.constantFrom("VAULT", "DARKNET", "SUBNET", undefined),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("reorg" as const),
      depth: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 9, arbitrary: fc.record({ do: fc.constant("deliver" as const), gateway }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const), gateway }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rebuild" as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("connect" as const),
      client,
      gateway,
      login: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cut" as const), client }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("again" as const), client }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("login" as const), client }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("answer" as const), gateway }) },
);

/** A database that commits, two gateways that lag behind it, and one client for each set of topics. */
class World {
  epoch = 1;
  /** From now on reads do not fail. */
  calm = false;
  rows: FeedRow[] = [];
  readonly gateways = [new GatewayModel(this), new GatewayModel(this)];
  readonly clients = TOPICS.map((topics) => new ClientModel(topics));

  take(one: Step): void {
    if (one.do === "commit") {
      const topics = one.level === undefined ? ["feed"] : ["feed", `level:${one.level}`];
      this.rows.push(eventRow(this.rows.length + 1, topics));
    } else if (one.do === "reorg") this.#reorg(one.depth);
    else if (one.do === "rebuild") this.#rebuild();
    else if (one.do === "deliver") this.gateways[one.gateway]?.deliver();
    else if (one.do === "restart") this.gateways[one.gateway]?.restart();
    else if (one.do === "answer") this.gateways[one.gateway]?.answer();
    else if (one.do === "cut") this.clients[one.client]?.cut();
    else if (one.do === "login") this.clients[one.client]?.login();
    else if (one.do === "again") this.clients[one.client]?.reconnectOnSameConnection();
    else if (one.do === "connect") {
      const to = this.gateways[one.gateway];
      if (to) this.clients[one.client]?.connect(to, one.login);
    }
  }

  /** Everyone is connected, everything is delivered and answered. */
  settle(): void {
    this.calm = true;
    const [first] = this.gateways;
    for (const one of this.gateways) one.notice();
    for (const one of this.clients) if (!one.connected && first) one.connect(first, false);
    for (const one of this.gateways) {
      while (one.answer()) {}
      while (one.deliver()) {}
      while (one.answer()) {}
    }
    for (const one of this.clients) if (!one.connected && first) one.connect(first, false);
    while (first?.answer()) {}
  }

  #reorg(depth: number): void {
    const gone = new Set(this.rows.flatMap((row) => (row.kind === "retract" ? row.retracts : [])));
    const taken = this.rows
      .filter((row) => row.kind === "event" && !gone.has(row.sequenceId))
      .slice(-depth);
    if (taken.length === 0) return;
    const topics = [...new Set(taken.flatMap((row) => row.topics))];
    const ids = taken.map((row) => row.sequenceId);
    this.rows.push(retractRow(this.rows.length + 1, ids, topics));
  }

  #rebuild(): void {
    this.epoch += 1;
    this.rows = [];
  }
}

class GatewayModel {
  readonly #world: World;
  #connections = new Set<ClientModel>();
  #asked: (() => void)[] = [];
  stream: FeedStream;
  desk: ClientDesk;

  constructor(world: World) {
    this.#world = world;
    this.stream = new FeedStream({ epoch: "1", sequenceId: 0 }, LIMITS);
    this.desk = this.#createDesk();
  }

  open(from: ClientModel): Connection {
    const outlet = {
      send: (frame: Buffer) => from.read(decodeFrame(frame)),
      ping: () => undefined,
      close: () => from.cut(),
    };
    this.#connections.add(from);
    return createConnection(outlet, 0, 0);
  }

  forget(who: ClientModel, connection: Connection): void {
    this.#connections.delete(who);
    this.stream.leave(connection);
  }

  deliver(): boolean {
    this.notice();
    const { head } = this.stream;
    const rows = this.#world.rows.slice(head, head + 1 + (head % 3));
    this.stream.appendAll(rows);
    return rows.length > 0;
  }

  /** A rebuilt database is seen when the next row would be read. */
  notice(): void {
    if (this.stream.epoch !== String(this.#world.epoch)) this.restart();
  }

  /** Lets one read that was asked for come back. */
  answer(): boolean {
    const next = this.#asked.shift();
    next?.();
    return next !== undefined;
  }

  restart(): void {
    for (const one of [...this.#connections]) one.cut();
    this.#asked = [];
    const { rows, epoch } = this.#world;
    const from = Math.max(0, rows.length - LIMITS.replayRows - 3);
    this.stream = new FeedStream({ epoch: String(epoch), sequenceId: from }, LIMITS);
    for (const row of rows.slice(from, rows.length - 2)) this.stream.append(row);
    this.desk = this.#createDesk();
  }

  #createDesk(): ClientDesk {
    const session = { address: ALICE, expiresAtMs: 1 } as const;
    const reader: Reader = {
      authenticate: (connection) =>
        this.#asked.push(() => this.desk.authenticated(connection, session, [], 0)),
      // The database is ahead of what this gateway has delivered; the answer may come late or never.
      readSnapshot: (connection) => {
        const early = this.#snapshot();
        const kind = this.#world.rows.length % 8;
        this.#asked.push(() => {
          if (kind === 0 && !this.#world.calm) this.desk.snapshotFailed(connection);
          else this.desk.snapshotRead(connection, kind < 5 ? early : this.#snapshot(), 0);
        });
      },
    };
    const limits = { ...LIMITS, connectionsPerUser: 100 };
    return new ClientDesk(this.stream, reader, { public: true, limits });
  }

  #snapshot(): Snapshot {
    const { epoch, rows } = this.#world;
    return { epoch: String(epoch), sequenceId: rows.length, json: "{}" };
  }
}

/** Keeps the client's rules of docs/protocols/gateway.md, and what it was given. */
class ClientModel {
  readonly #topics: readonly string[];
  #gateway: GatewayModel | undefined;
  #connection: Connection | undefined;
  #awaitsReplay = false;
  #epoch: string | undefined;
  /** Everything that is for it up to here it has. */
  #cursor = 0;
  /** The last id of its stream, where there is one. */
  #last: number | undefined;
  /** Where its record starts. */
  #base = 0;
  #record: number[] = [];

  constructor(topics: readonly string[]) {
    this.#topics = topics;
  }

  get connected(): boolean {
    return this.#gateway !== undefined;
  }

  connect(to: GatewayModel, login: boolean): void {
    this.cut();
    const connection = to.open(this);
    this.#gateway = to;
    this.#connection = connection;
    to.desk.open(connection);
    if (login) this.login();
    if (!this.#topics.includes("feed")) {
      this.#send({ type: "UNSUBSCRIBE", topics: ["feed"] });
      this.#send({ type: "SUBSCRIBE", topics: this.#topics });
    }
    this.#awaitsReplay = false;
    this.reconnectOnSameConnection();
  }

  reconnectOnSameConnection(): void {
    if (!this.#connection || this.#awaitsReplay) return;
    this.#awaitsReplay = true;
    this.#send({ type: "RECONNECT", lastSequenceId: this.#cursor, epoch: this.#epoch });
  }

  login(): void {
    this.#send({ type: "AUTH", token: "t" });
  }

  cut(): void {
    const [to, connection] = [this.#gateway, this.#connection];
    this.#gateway = undefined;
    this.#connection = undefined;
    if (to && connection) to.forget(this, connection);
  }

  read(message: ServerMessage): void {
    if (message.type === "CONNECTION_STATE") {
      this.#epoch ??= message.epoch;
    } else if (message.type === "REPLAY") {
      this.#awaitsReplay = false;
      expect(message.fromSequenceId).toBe(this.#cursor);
      for (const one of message.events) this.#accept(one);
      this.#cursor = message.toSequenceId;
    } else if (message.type === "FULL_SYNC") {
      this.#awaitsReplay = false;
      this.#epoch = message.epoch;
      this.#cursor = message.sequenceId;
      this.#base = message.sequenceId;
      this.#last = undefined;
      this.#record = [];
    } else if (message.type === "FEED_EVENT" || message.type === "RETRACT") {
      if (!this.#awaitsReplay) this.#accept(message);
    } else if (message.type !== "ERROR" || message.code !== "SNAPSHOT_FAILED") {
      expect.fail(`unexpected ${JSON.stringify(message)}`);
    }
  }

  check(world: World): void {
    const mine = world.rows.filter(
      (row) =>
        row.sequenceId > this.#base && row.topics.some((topic) => this.#topics.includes(topic)),
    );
    expect(this.#record).toEqual(mine.map((row) => row.sequenceId));
  }

  #accept({ sequenceId, prev }: FeedEventMessage | RetractMessage): void {
    expect(sequenceId, "in order, none twice").toBeGreaterThan(this.#cursor);
    expect(prev, "nothing between").toBeLessThanOrEqual(this.#cursor);
    if (this.#last !== undefined && this.#topics.includes("feed")) {
      expect(prev, "the one before it in its own stream").toBe(this.#last);
    }
    this.#last = sequenceId;
    this.#cursor = sequenceId;
    this.#record.push(sequenceId);
  }

  #send(message: object): void {
    if (this.#connection && this.#gateway) {
      this.#gateway.desk.receive(this.#connection, JSON.stringify(message), 0);
    }
  }
}
