import { type Auth, AuthError, type Session } from "@ghostchain/auth";
import type { Database } from "@ghostchain/database";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { createInProcessBus, type EventBus } from "@ghostchain/event-bus";
import { createFeedFollower, type FeedFollower } from "@ghostchain/feed";
import type { Product } from "@ghostchain/product";
import { createMetrics, createSilentLogger, systemClock } from "@ghostchain/service";
import { createGateway, type Gateway, type GatewayOptions, type GatewayParts } from "../gateway.ts";
import { FeedWriter } from "./feed-writer.ts";
import { SocketClient } from "./socket-client.ts";

const SIGNAL = new AbortController().signal;
const NEVER_MS = Date.UTC(2100, 0, 1);

type SessionSource = Pick<Auth, "verifyToken" | "redeemTicket">;

/** A token is the address it is for; `expires:<ms>:<address>` ends early. */
const testSessions: SessionSource = {
  verifyToken: async (token: string): Promise<Session> => {
    const match = /^(?:expires:(\d+):)?(0x[0-9a-fA-F]{40})$/.exec(token);
    if (!match) throw new AuthError({ code: "AUTH_TOKEN_INVALID", reason: "test" });
    return { address: match[2] as Session["address"], expiresAtMs: Number(match[1] ?? NEVER_MS) };
  },
  redeemTicket: async (ticket: string): Promise<Session> => {
    if (ticket !== "good") throw new AuthError({ code: "AUTH_TICKET_INVALID" });
    return { address: "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045", expiresAtMs: NEVER_MS };
  },
};

export interface StandOptions {
  /** Default: an empty one of its own. */
  readonly opened?: TestDatabase;
  /** The bus of one more process. Default: one for all, in this process. */
  readonly openBus?: () => Promise<EventBus>;
}

/** One database with a feed, and gateways before it. */
export class GatewayStand {
  readonly #opened: TestDatabase;
  readonly #openBus: (() => Promise<EventBus>) | undefined;
  /** The writer's. */
  readonly bus: EventBus;
  readonly writer: FeedWriter;
  readonly #running: { gateway: Gateway; follower: FeedFollower; bus: EventBus }[] = [];
  readonly #clients: SocketClient[] = [];

  constructor(opened: TestDatabase, bus: EventBus, openBus?: () => Promise<EventBus>) {
    this.#opened = opened;
    this.#openBus = openBus;
    this.bus = bus;
    this.writer = new FeedWriter(opened.database, bus);
  }

  static async open({ opened, openBus }: StandOptions = {}): Promise<GatewayStand> {
    const bus = (await openBus?.()) ?? createInProcessBus({ logger: createSilentLogger() });
    if (openBus === undefined) await bus.start(SIGNAL);
    return new GatewayStand(opened ?? (await openTestDatabase()), bus, openBus);
  }

  get database(): Database {
    return this.#opened.database;
  }

  async gateway(
    options: Partial<GatewayOptions> = {},
    products: Product[] = [],
    parts: Partial<Pick<GatewayParts, "auth" | "metrics" | "rateLimits">> = {},
  ): Promise<Gateway> {
    const { database } = this;
    const bus = (await this.#openBus?.()) ?? this.bus;
    const logger = createSilentLogger();
    const common = { database, bus, logger, clock: systemClock };
    const follower = createFeedFollower(common);
    await follower.start(SIGNAL);
    const gateway = createGateway(
      {
        ...{ ...common, follower, products, auth: testSessions },
        metrics: createMetrics({ processMetrics: false }),
        ...parts,
      },
      { host: "127.0.0.1", port: 0, public: true, origins: "any", ...options },
    );
    this.#running.push({ gateway, follower, bus });
    await gateway.start(SIGNAL);
    return gateway;
  }

  async client(gateway: Gateway, options: { origin?: string } = {}): Promise<SocketClient> {
    const client = await SocketClient.open(gateway.port, options);
    this.#clients.push(client);
    return client;
  }

  /** As when its process ends. */
  async stop(gateway: Gateway): Promise<void> {
    const index = this.#running.findIndex((one) => one.gateway === gateway);
    for (const { follower, bus } of this.#running.splice(index, index < 0 ? 0 : 1)) {
      await gateway.stop();
      await follower.stop();
      if (bus !== this.bus) await bus.stop();
    }
  }

  /** After each test. */
  async clear(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.close();
    for (const { gateway } of [...this.#running]) await this.stop(gateway);
  }

  async close(): Promise<void> {
    await this.clear();
    await this.bus.stop();
    await this.#opened.close();
  }
}
