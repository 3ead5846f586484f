import type { AddressInfo } from "node:net";
import type { Auth } from "@ghostchain/auth";
import type { Database } from "@ghostchain/database";
import { ensureFeed } from "@ghostchain/feed";
import type { Graphql } from "@ghostchain/graphql";
import type { SignedClients } from "@ghostchain/http-signature";
import type { Product } from "@ghostchain/product";
import { createMemoryLimits, type RateLimits } from "@ghostchain/rate-limit";
import type { RpcProxy } from "@ghostchain/rpc-proxy";
import type { Clock, Health, Logger, Metrics, Service } from "@ghostchain/service";
import type { FastifyInstance } from "fastify";
import type { Address } from "viem";
import { AnswerCache } from "./answer-cache.ts";
import { ApiError } from "./api-error.ts";
import type { ApiRoute } from "./api-route.ts";
import { authRoutes } from "./auth-routes.ts";
import { buildApp } from "./build-app.ts";
import { DataVersions } from "./data-versions.ts";
import { feedRoute } from "./feed-route.ts";
import { DEFAULT_REQUEST_LIMITS, RequestLimiter, type RequestLimits } from "./limit-requests.ts";
import { checkKeySignature, type SignatureCheck } from "./login-signature.ts";
import { type ApiMetrics, createApiMetrics } from "./metrics.ts";
import { type NetworkInfo, networkRoute, reachableFrom } from "./network-route.ts";
import { ownOrigins } from "./own-origins.ts";
import { Page } from "./page.ts";
import { productRoutes } from "./product-route.ts";

export interface ApiParts {
  /** Started before the API, as `auth` is. */
  readonly database: Database;
  readonly auth: Auth;
  readonly products: readonly Product[];
  readonly health: Health;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where requests are counted, started before; by default in this process alone. */
  readonly rateLimits?: RateLimits;
  /** Whose signatures are taken at a login; by default those of accounts that have a key. */
  readonly checkSignature?: SignatureCheck;
  /** Told of each login before it is answered; a login that it throws at fails. */
  readonly onLogin?: (address: Address) => Promise<void>;
  /** What `POST /rpc` asks, started before; without it there is no such route. */
  readonly rpc?: RpcProxy;
  /** What `POST /graphql` asks; without it there is no such route. */
  readonly graphql?: Graphql;
  /** Programs that sign what they send to `/rpc`, started before; without them a signed request is refused. */
  readonly signedClients?: SignedClients;
}

export interface ApiOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly chainId: number;
  /** What `GET /network` answers; undefined while it is not known yet. */
  readonly network: () => NetworkInfo | undefined;
  /**
   * Pages that may log users in and use their cookies, as `https://ghost.example`; besides the one that the API
   * serves itself, at the host it listens on.
   */
  readonly origins: readonly string[];
  /** Let browsers send the session cookie over TLS only: everywhere but in development. */
  readonly secureCookie: boolean;
  readonly limits?: RequestLimits;
  /** The built web page; without it `/` says how to build it. */
  readonly pageDirectory?: string;
  /** Proxies whose `X-Forwarded-For` is believed, as addresses or subnets; by default nobody's. */
  readonly trustProxy?: readonly string[];
}

export interface Api extends Service {
  /** The port that was given, once it has started. */
  readonly port: number;
}

/** Everything that clients ask over HTTP: logins, the feed, products' routes, documentation and the page. */
export function createApi(parts: ApiParts, options: ApiOptions): Api {
  return new ApiService(parts, options);
}

class ApiService implements Api {
  readonly name = "api";
  readonly #parts: ApiParts;
  readonly #options: ApiOptions;
  readonly #metrics: ApiMetrics;
  #app: FastifyInstance | undefined;
  /** Once it is known on which port. */
  #allOrigins: readonly string[] | undefined;

  constructor(parts: ApiParts, options: ApiOptions) {
    this.#parts = { ...parts, logger: parts.logger.child({ module: "api" }) };
    this.#options = options;
    this.#metrics = createApiMetrics(parts.metrics);
  }

  get port(): number {
    const address = this.#app?.server.address() as AddressInfo | null | undefined;
    return address?.port ?? this.#options.port;
  }

  async start(): Promise<void> {
    const { host, port, limits = DEFAULT_REQUEST_LIMITS } = this.#options;
    const { rateLimits = createMemoryLimits(this.#parts) } = this.#parts;
    await ensureFeed(this.#parts.database);
    this.#app = await buildApp(
      {
        ...this.#parts,
        routes: this.#routes(),
        page: this.#page(),
        limiter: new RequestLimiter(rateLimits, limits),
        answers: new AnswerCache({ clock: this.#parts.clock, observer: this.#metrics }),
        apiMetrics: this.#metrics,
        origins: () => this.#origins(),
      },
      this.#options,
    );
    try {
      await this.#app.listen({ host, port });
    } catch (error) {
      throw describeListenError(error, host, port);
    }
  }

  async stop(): Promise<void> {
    await this.#app?.close();
    this.#allOrigins = undefined;
  }

  #routes(): ApiRoute[] {
    const { database, clock, products, checkSignature = checkKeySignature } = this.#parts;
    const { chainId, network, secureCookie } = this.#options;
    const versions = new DataVersions(database);
    const loginRules = () => ({
      origins: this.#origins(),
      chainId,
      lifetimeMs: LOGIN_LIFETIME_MS,
    });
    return [
      ...authRoutes({ ...this.#parts, checkSignature }, { loginRules, secureCookie }),
      feedRoute(database, versions.of()),
      networkRoute(network),
      ...products.flatMap((product) => productRoutes(product, { database, clock }, versions)),
    ];
  }

  #page(): Page {
    return new Page({
      directory: this.#options.pageDirectory,
      connections: (hostname) => {
        const info = this.#options.network();
        if (!info) return undefined;
        const { rpcUrl, wsUrl, gatewayUrl } = reachableFrom(info, hostname);
        return [rpcUrl, wsUrl, gatewayUrl];
      },
    });
  }

  #origins(): readonly string[] {
    const { host, origins } = this.#options;
    if (this.#allOrigins) return this.#allOrigins;
    const all = [...origins, ...ownOrigins(host, this.port)];
    if (this.#app?.server.listening) this.#allOrigins = all;
    return all;
  }
}

const LOGIN_LIFETIME_MS = 5 * 60_000;

function describeListenError(error: unknown, host: string, port: number): ApiError {
  const inUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  if (inUse) {
    return new ApiError(
      { code: "API_PORT_IN_USE", host, port },
      `port ${port} of ${host} is in use: stop what uses it, or give the API another port`,
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new ApiError(
    { code: "API_CANNOT_LISTEN", host, port },
    `the API cannot listen on ${host}:${port}: ${reason}`,
    { cause: error },
  );
}
