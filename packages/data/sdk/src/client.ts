import type { CallInput, CoreEndpoints, Endpoints, FeedPage, NetworkInfo } from "./endpoints.ts";
import {
  type Credential,
  FeedStream,
  type SocketClass,
  type StreamOptions,
} from "./feed-stream.ts";
import { askApi } from "./http.ts";
import { createLoginMessage } from "./login-message.ts";
import { RequestError } from "./request-error.ts";

export interface GhostClientOptions {
  /** `http://127.0.0.1:3000`; in a page that the API serves, its own origin. */
  readonly apiUrl: string;
  /** `ws://127.0.0.1:8080/ws`; by default what `GET /network` says. */
  readonly gatewayUrl?: string;
  /** Where there is none, or another is wanted. */
  readonly WebSocket?: SocketClass;
  readonly fetch?: typeof fetch;
  /** The page that asks for logins; by default the page this runs in, or else the API's own. */
  readonly origin?: string;
}

export interface Signer {
  /** EIP-55 checksummed */
  readonly address: string;
  /** By EIP-191: `personal_sign` of a wallet. */
  signMessage(message: string): Promise<string>;
}

/** @typeParam E - the routes of the API's products */
export interface GhostClient<E extends Endpoints = Record<never, never>> {
  /** `call("GET /users/:address", { params: { address } })` @throws {RequestError} */
  call<K extends keyof (E & CoreEndpoints) & string>(
    endpoint: K,
    ...input: CallArguments<(E & CoreEndpoints)[K]>
  ): Promise<(E & CoreEndpoints)[K]["response"]>;
  network(): Promise<NetworkInfo>;
  feed(query?: { limit?: number; before?: number; topic?: string }): Promise<FeedPage>;
  /** Logs in by a signature; the API sets its cookie too, which a page of its own keeps. */
  login(signer: Signer): Promise<{ address: string; expiresAt: number }>;
  logout(): Promise<void>;
  /** The feed, live. With `as: "user"` it brings the user's own position too. */
  stream(options?: StreamOptions & { readonly as?: "user" | "nobody" }): FeedStream;
}

type CallArguments<R extends Endpoints[string]> =
  Record<never, never> extends CallInput<R> ? [input?: CallInput<R>] : [input: CallInput<R>];

/** The API and the gateway, for browsers and Node. */
export function createGhostClient<E extends Endpoints = Record<never, never>>(
  options: GhostClientOptions,
): GhostClient<E> {
  return new Client(options) as unknown as GhostClient<E>;
}

class Client implements GhostClient {
  readonly #options: GhostClientOptions;
  readonly #fetch: typeof fetch;
  #token: string | undefined;
  #network: Promise<NetworkInfo> | undefined;

  constructor(options: GhostClientOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? ((...ask) => fetch(...ask));
  }

  call<K extends keyof CoreEndpoints & string>(
    endpoint: K,
    ...[input]: CallArguments<CoreEndpoints[K]>
  ): Promise<CoreEndpoints[K]["response"]> {
    const [method = "GET", path = "/"] = endpoint.split(" ");
    const { params, query, body } = (input ?? {}) as CallInput<Endpoints[string]>;
    const request = { method, path, params, query, body, token: this.#token };
    return askApi(this.#options.apiUrl, this.#fetch, request) as Promise<
      CoreEndpoints[K]["response"]
    >;
  }

  /** Asked once; again after it failed. */
  network(): Promise<NetworkInfo> {
    this.#network ??= this.call("GET /network").catch((error: unknown) => {
      this.#network = undefined;
      throw error;
    });
    return this.#network;
  }

  feed(query: { limit?: number; before?: number; topic?: string } = {}): Promise<FeedPage> {
    return this.call("GET /feed", { query });
  }

  async login({ address, signMessage }: Signer): Promise<{ address: string; expiresAt: number }> {
    const [{ chainId }, { nonce, issuedAt }] = await Promise.all([
      this.network(),
      this.call("GET /auth/nonce"),
    ]);
    const origin = this.#options.origin ?? pageOrigin() ?? new URL(this.#options.apiUrl).origin;
    const fields = { address, origin, chainId, nonce, issuedAtMs: issuedAt };
    const message = createLoginMessage(fields);
    const signature = await signMessage(message);
    const answer = await this.call("POST /auth/verify", { body: { message, signature } });
    this.#token = answer.token;
    return { address: answer.address, expiresAt: answer.expiresAt };
  }

  async logout(): Promise<void> {
    this.#token = undefined;
    await this.call("POST /auth/logout");
  }

  stream({
    as = "nobody",
    ...options
  }: StreamOptions & { as?: "user" | "nobody" } = {}): FeedStream {
    const Socket = this.#options.WebSocket ?? (globalThis.WebSocket as SocketClass | undefined);
    if (!Socket) {
      const fault = { code: "NO_WEBSOCKET", status: 0 };
      throw new RequestError(fault, "there is no WebSocket here: give one to createGhostClient");
    }
    const url = async () => this.#options.gatewayUrl ?? (await this.network()).gatewayUrl;
    const credential = as === "user" ? { credential: () => this.#ticket() } : {};
    return new FeedStream(url, Socket, { ...credential, ...options });
  }

  /** Works with a token and with the cookie alike. Whose session is over goes on as nobody. */
  async #ticket(): Promise<Credential | undefined> {
    try {
      const { ticket } = await this.call("POST /auth/ws-ticket");
      return { ticket };
    } catch (error) {
      if (error instanceof RequestError && error.status === 401) return undefined;
      throw error;
    }
  }
}

/** Of the page this runs in; elsewhere there is no `location`. */
function pageOrigin(): string | undefined {
  const { location } = globalThis as { location?: { origin?: string } };
  return location?.origin;
}
