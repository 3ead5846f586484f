import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Api, createApi, LOOPBACK_REQUEST_LIMITS } from "@ghostchain/api";
import { type Auth, createAuth } from "@ghostchain/auth";
import { type Database, migrate } from "@ghostchain/database";
import { openTestDatabase } from "@ghostchain/database/testing";
import { ensureFeed } from "@ghostchain/feed";
import { createGraphql } from "@ghostchain/graphql";
import type { Product } from "@ghostchain/product";
import { createMemoryLimits } from "@ghostchain/rate-limit";
import { createRpcProxy } from "@ghostchain/rpc-proxy";
import {
  type Clock,
  createMetrics,
  createSilentLogger,
  Health,
  type Logger,
  systemClock,
} from "@ghostchain/service";
import { type Address, getAddress, pad, toHex } from "viem";
import { createGhostnet } from "../../src/ghostnet.ts";

const CHAIN_ID = 31_337;
const NOWHERE: Address = "0x00000000000000000000000000000000000C04e0";
const SIGNAL = new AbortController().signal;

const NETWORK = {
  ...{ chainId: CHAIN_ID, rpcUrl: "http://127.0.0.1:1", wsUrl: "ws://127.0.0.1:1", contracts: {} },
  gatewayUrl: "ws://127.0.0.1:1/ws",
};

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the API answered; the tests look into it
  readonly body: any;
}

/** Several processes' worth of API before one database: each with a product, caches and clock reading of its own. */
export class GameApi {
  readonly database: Database;
  readonly product: Product;
  readonly #apis: readonly Api[];
  readonly #auth: Auth;
  readonly #tokens = new Map<Address, string>();
  readonly #close: () => Promise<void>;

  private constructor(
    database: Database,
    product: Product,
    auth: Auth,
    apis: readonly Api[],
    close: () => Promise<void>,
  ) {
    this.database = database;
    this.product = product;
    this.#auth = auth;
    this.#apis = apis;
    this.#close = close;
  }

  static async open(
    options: {
      instances?: number;
      clock?: Clock;
      logger?: Logger;
      /** One for each instance. */
      product?: () => Product;
    } = {},
  ): Promise<GameApi> {
    const { instances = 2, clock = systemClock, logger = createSilentLogger() } = options;
    const makeProduct = options.product ?? (() => emptyGame(clock));
    const { database, close } = await openTestDatabase();
    const directory = mkdtempSync(join(tmpdir(), "ghost-game-"));
    const keys = { keyFile: join(directory, "keys.json"), chainId: CHAIN_ID };
    const auth = createAuth({ database, clock: systemClock }, keys);
    await auth.start(SIGNAL);
    await ensureFeed(database);
    const product = emptyGame(clock);
    const { name, migrations } = product;
    await database.transaction((sql) => migrate(sql, name, migrations));
    const openMetrics = () => createMetrics({ processMetrics: false });
    const graphql = createGraphql({
      database,
      products: [product],
      logger,
      metrics: openMetrics(),
    });
    // not started: it is documented, and asked nothing
    const rpc = createRpcProxy(
      {
        ...{ clock, logger, health: new Health(), metrics: openMetrics() },
        rateLimits: createMemoryLimits({ clock }),
      },
      { upstreams: ["http://127.0.0.1:1"], chainId: CHAIN_ID },
    );
    const apis = Array.from({ length: instances }, () =>
      createApi(
        {
          ...{ database, auth, clock, logger, products: [makeProduct()], graphql, rpc },
          ...{ health: new Health(), metrics: openMetrics() },
          onLogin: async (address) => product.onLogin?.(address, { sql: database, clock }),
        },
        {
          ...{ host: "127.0.0.1", port: 0, chainId: CHAIN_ID, network: () => NETWORK },
          ...{ origins: [], secureCookie: false, limits: LOOPBACK_REQUEST_LIMITS },
        },
      ),
    );
    for (const api of apis) await api.start(SIGNAL);
    return new GameApi(database, product, auth, apis, async () => {
      for (const api of apis) await api.stop();
      await close();
      rmSync(directory, { recursive: true });
    });
  }

  /** Of the first instance. */
  get url(): string {
    return `http://127.0.0.1:${this.#apis[0]?.port}`;
  }

  close(): Promise<void> {
    return this.#close();
  }

  get(path: string, instance = 0, as?: Address): Promise<Answer> {
    return this.#ask("GET", path, { instance, ...(as ? { as } : {}) });
  }

  /** `body` undefined sends none. */
  async post(
    path: string,
    parts: { as?: Address; body?: unknown; instance?: number } = {},
  ): Promise<Answer> {
    return this.#ask("POST", path, parts);
  }

  async #ask(
    method: string,
    path: string,
    { as, body, instance = 0 }: { as?: Address; body?: unknown; instance?: number },
  ): Promise<Answer> {
    const api = this.#apis[instance % this.#apis.length];
    const response = await fetch(`http://127.0.0.1:${api?.port}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(as === undefined ? {} : { authorization: `Bearer ${await this.#token(as)}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  async #token(user: Address): Promise<string> {
    const known = this.#tokens.get(user);
    if (known !== undefined) return known;
    const { token } = await this.#auth.issueToken(user);
    this.#tokens.set(user, token);
    return token;
  }
}

function emptyGame(clock: Clock): Product {
  return createGhostnet({ clock }, { ghostCore: NOWHERE, traceScan: NOWHERE, startBlock: 0n });
}

/** The `index`th user of a test. */
export function userNumber(index: number): Address {
  return getAddress(pad(toHex(index + 1), { size: 20 }));
}
