import type { Auth } from "@ghostchain/auth";
import type { Database } from "@ghostchain/database";
import type { EventBus, Unsubscribe } from "@ghostchain/event-bus";
import {
  BROADCAST_CHANNEL,
  decodeBroadcast,
  type FeedFollower,
  type FeedPosition,
  type FeedRow,
  type FeedStages,
  readFeed,
} from "@ghostchain/feed";
import type { Product } from "@ghostchain/product";
import type { RateLimits } from "@ghostchain/rate-limit";
import type { Clock, Logger, Metrics, Service } from "@ghostchain/service";
import { AsyncReader } from "./async-reader.ts";
import { ClientDesk } from "./client-desk.ts";
import { FeedStream } from "./feed-stream.ts";
import { DEFAULT_LIMITS, type GatewayLimits } from "./limits.ts";
import { createGatewayMetrics, type GatewayMetrics } from "./metrics.ts";
import { SlotKeeper } from "./slot-keeper.ts";
import { SocketServer, type SocketServerOptions } from "./socket-server.ts";
import { encodeTextFrame } from "./text-frame.ts";

export interface GatewayParts {
  /** Started before the gateway. */
  readonly follower: FeedFollower;
  readonly database: Database;
  readonly bus: EventBus;
  readonly products: readonly Product[];
  readonly auth: Pick<Auth, "verifyToken" | "redeemTicket">;
  /** Started before, with a store that gateways share: counts a user's connections in all of them. */
  readonly rateLimits?: Pick<RateLimits, "slots">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface GatewayOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Whether the feed may be watched without AUTH. Personal messages never are. */
  readonly public: boolean;
  /** Pages that may connect; programs send no Origin and always may. */
  readonly origins: readonly string[] | "any";
  readonly limits?: Partial<GatewayLimits>;
  /** Over how long connections are closed when it stops, so that they do not all come back at once. Default 0. */
  readonly drainMs?: number;
  /** Lets several gateways of one machine listen on one port (Linux): the kernel shares connections out. */
  readonly sharePort?: boolean;
}

export interface Gateway extends Service {
  /** The port that was given, once it has started. */
  readonly port: number;
}

/** The sockets as the gateway needs them: those of TCP, or of a simulated network. */
export type Sockets = Pick<
  SocketServer,
  "afterWrites" | "closeAll" | "connectionCount" | "listen" | "port" | "stop" | "sweep" | "tally"
>;

export type OpenSockets = (
  core: { desk: () => ClientDesk; stream: () => FeedStream },
  parts: { clock: Clock; logger: Logger; onClosed: (code: number) => void },
  options: SocketServerOptions,
) => Sockets;

export const GATEWAY_PATH = "/ws";
/** What every gateway calls the connections of a user. */
const SLOTS = "gateway.connections";

/** Streams the feed to WebSocket clients; any number of them side by side (docs/protocols/gateway.md). */
export function createGateway(parts: GatewayParts, options: GatewayOptions): Gateway {
  return createGatewayOn((...given) => new SocketServer(...given), parts, options);
}

/** The same over sockets of another kind. */
export function createGatewayOn(
  openSockets: OpenSockets,
  parts: GatewayParts,
  options: GatewayOptions,
): Gateway {
  return new GatewayService(openSockets, parts, options);
}

class GatewayService implements Gateway {
  readonly name = "gateway";
  readonly #parts: GatewayParts;
  readonly #rules: { public: boolean; limits: GatewayLimits };
  readonly #reader: AsyncReader;
  readonly #server: Sockets;
  readonly #slots: SlotKeeper | undefined;
  readonly #drainMs: number;
  readonly #metrics: GatewayMetrics;
  readonly #stopping = new AbortController();
  #stream: FeedStream;
  #desk: ClientDesk;
  #releases: Unsubscribe[] = [];
  #sweeping: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(openSockets: OpenSockets, parts: GatewayParts, options: GatewayOptions) {
    const logger = parts.logger.child({ module: "gateway" });
    this.#parts = { ...parts, logger };
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#rules = { public: options.public, limits };
    this.#stream = new FeedStream(NOWHERE, limits);
    this.#drainMs = options.drainMs ?? 0;
    const slots = parts.rateLimits?.slots(SLOTS, { limit: limits.connectionsPerUser });
    this.#slots =
      slots && new SlotKeeper(slots, logger, () => this.#metrics.slotsUnavailable.inc());
    this.#reader = new AsyncReader({ ...this.#parts, slots: this.#slots }, () => this.#desk);
    this.#desk = new ClientDesk(this.#stream, this.#reader, this.#rules);
    this.#server = openSockets(
      { desk: () => this.#desk, stream: () => this.#stream },
      {
        clock: parts.clock,
        logger,
        onClosed: (code) => this.#metrics.closed.inc({ code: closeLabel(code) }),
      },
      { ...options, path: GATEWAY_PATH, limits },
    );
    this.#metrics = createGatewayMetrics(parts.metrics, {
      connections: () => this.#server.connectionCount,
      frames: () => this.#server.tally.frames,
      bytes: () => this.#server.tally.bytes,
      sequenceId: () => this.#stream.head,
    });
  }

  get port(): number {
    return this.#server.port;
  }

  async start(): Promise<void> {
    await this.#followFeed();
    const { bus } = this.#parts;
    this.#releases.push(await bus.subscribe(BROADCAST_CHANNEL, (text) => this.#broadcast(text)));
    await this.#server.listen();
    this.#sweeping = this.#sweep();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopOnce();
    return this.#stopped;
  }

  async #stopOnce(): Promise<void> {
    await this.#server.stop(this.#drainMs);
    this.#stopping.abort();
    for (const release of this.#releases) release();
    await this.#sweeping;
    await this.#slots?.settled();
  }

  /** Takes up the newest rows that may have to be replayed, then what follows them. */
  async #followFeed(): Promise<void> {
    const { follower, database } = this.#parts;
    let early: FeedRow[] | undefined = [];
    const from = follower.position;
    this.#releases.push(
      follower.listen({
        onRows: (rows) => {
          if (early) early.push(...rows);
          else this.#take(rows);
        },
        onEpoch: (position) => {
          early = early && [];
          this.#restart(position);
        },
      }),
    );
    const { replayRows } = this.#rules.limits;
    const after = Math.max(0, from.sequenceId - replayRows);
    const page = await readFeed(database, { after, limit: replayRows });
    const known = page.rows.filter(
      ({ sequenceId }) => page.position.epoch === from.epoch && sequenceId <= from.sequenceId,
    );
    if (this.#stream.epoch === NOWHERE.epoch) {
      const first = known[0]?.sequenceId ?? from.sequenceId + 1;
      this.#restart({ epoch: from.epoch, sequenceId: first - 1 });
      this.#stream.appendAll(known);
    }
    this.#stream.appendAll(early);
    early = undefined;
  }

  /** Rows that are told live say when they came here. */
  #take(rows: readonly FeedRow[]): void {
    const receivedAtMs = this.#parts.clock.now();
    this.#stream.appendAll(
      rows.map((row) =>
        row.stages === undefined ? row : { ...row, stages: { ...row.stages, receivedAtMs } },
      ),
    );
    const newest = rows.at(-1)?.stages;
    if (newest) this.#measure(newest, receivedAtMs);
  }

  #measure({ sealedAtMs, seenAtMs, committedAtMs }: FeedStages, receivedAtMs: number): void {
    const { clock } = this.#parts;
    const { busSeconds, deliverSeconds, totalSeconds } = this.#metrics;
    if (committedAtMs !== undefined) busSeconds.observe(secondsSince(committedAtMs, receivedAtMs));
    this.#server.afterWrites(() => {
      const nowMs = clock.now();
      deliverSeconds.observe(secondsSince(receivedAtMs, nowMs));
      const beganAtMs = sealedAtMs ?? seenAtMs;
      if (beganAtMs !== undefined) totalSeconds.observe(secondsSince(beganAtMs, nowMs));
    });
  }

  /** Begins at `position`. Who was connected to another epoch comes back and gets all anew. */
  #restart(position: FeedPosition): void {
    const state = { type: "CONNECTION_STATE", status: "reconnecting", ...position };
    const { heartbeatMs } = this.#rules.limits;
    this.#server.closeAll(
      { code: 1012, reason: "the feed began anew: reconnect" },
      encodeTextFrame(JSON.stringify({ ...state, heartbeatMs })),
    );
    this.#stream = new FeedStream(position, this.#rules.limits, (address, how) =>
      this.#reader.ownStateChanged(address, how),
    );
    this.#desk = new ClientDesk(this.#stream, this.#reader, this.#rules);
  }

  #broadcast(text: string): void {
    try {
      const { message, topics } = decodeBroadcast(text);
      this.#stream.broadcast(message, topics);
    } catch (error) {
      this.#parts.logger.warn({ err: error }, "a broadcast cannot be read");
    }
  }

  async #sweep(): Promise<void> {
    const { heartbeatMs, authTimeoutMs } = this.#rules.limits;
    const everyMs = Math.max(10, Math.min(1_000, heartbeatMs / 4, authTimeoutMs / 4));
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#server.sweep();
      this.#slots?.renew(this.#parts.clock.now(), (one) => this.#desk.refuseConnection(one));
      await this.#parts.clock.sleep(everyMs, signal).catch(() => undefined);
    }
  }
}

const NOWHERE: FeedPosition = { epoch: "", sequenceId: 0 };

/** Clocks of two machines may differ by more than a step takes: less than nothing counts as nothing. */
function secondsSince(beganAtMs: number, nowMs: number): number {
  return Math.max(0, nowMs - beganAtMs) / 1_000;
}

/** Clients choose the code they close with, and a label has few values. */
function closeLabel(code: number): string {
  return CLOSE_CODES.has(code) ? String(code) : "other";
}

const CLOSE_CODES = new Set([
  1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013, 4401, 4408, 4409, 4429,
]);
