import type { FeedEvent } from "@ghostchain/feed";

/** `"GET /users/:address"` to what it takes and gives. A product brings such a type for its own routes. */
export type Endpoints = {
  readonly [endpoint: string]: {
    readonly params?: object;
    readonly query?: object;
    readonly body?: object;
    readonly response: unknown;
  };
};

type Milliseconds = number;

/** What every API has, whatever its products. Times are milliseconds since the Unix epoch. */
export type CoreEndpoints = {
  "GET /network": { response: NetworkInfo };
  "GET /health": { response: HealthInfo };
  "GET /feed": {
    query?: { limit?: number; before?: number; topic?: string };
    response: FeedPage;
  };
  "GET /auth/nonce": {
    response: { nonce: string; issuedAt: Milliseconds; expiresAt: Milliseconds };
  };
  "POST /auth/verify": {
    body: { message: string; signature: string };
    response: { token: string; expiresAt: Milliseconds; address: string };
  };
  "POST /auth/ws-ticket": { response: { ticket: string; expiresAt: Milliseconds } };
  "GET /auth/session": { response: { address: string; expiresAt: Milliseconds } };
  "POST /auth/logout": { response: { success: true } };
};

export interface NetworkInfo {
  readonly chainId: number;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly gatewayUrl: string;
  readonly contracts: Readonly<Record<string, { readonly address: string }>>;
}

export interface HealthInfo {
  readonly status: "ready";
  readonly services: Readonly<
    Record<string, { readonly status: string; readonly reason?: string }>
  >;
}

export interface FeedPage {
  readonly events: readonly {
    readonly sequenceId: number;
    readonly blockNumber: string;
    readonly blockHash: string;
    readonly event: FeedEvent;
  }[];
  /** `before` of the page of older events. */
  readonly next: number | null;
  readonly epoch: string;
  readonly sequenceId: number;
}

/** What a call of an endpoint takes: `params`, `query` and `body` where the endpoint has them. */
export type CallInput<E extends Endpoints[string]> = Omit<E, "response">;
