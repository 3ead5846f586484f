import type { MethodWeight } from "./method-table.ts";

/** Bounds on what clients may ask for and on what is held for them. */
export interface RpcProxyLimits {
  readonly batchItems: number;
  /** Of the answer to one HTTP request, whole batches included, and of one answer of an upstream. */
  readonly responseBytes: number;
  readonly jsonDepth: number;
  /** Blocks that one `eth_getLogs` may span. */
  readonly logRangeBlocks: number;
  /** The most that a call may name as its gas. */
  readonly callGas: bigint;
  /** Requests to upstreams at one time. */
  readonly concurrency: number;
  /** Those that wait for one of these places; beyond it they are refused. */
  readonly queue: number;
  /** Until an upstream's answer is there. */
  readonly requestTimeoutMs: number;
  /** Calls a minute of one address, user or client, by weight. An answer that was at hand counts as light. */
  readonly perMinute: Readonly<Record<MethodWeight, number>>;
}

export const DEFAULT_RPC_PROXY_LIMITS: RpcProxyLimits = {
  batchItems: 100,
  responseBytes: 10 * 1024 * 1024,
  jsonDepth: 32,
  logRangeBlocks: 10_000,
  callGas: 50_000_000n,
  concurrency: 64,
  queue: 1_000,
  requestTimeoutMs: 15_000,
  perMinute: { light: 6_000, state: 1_800, heavy: 600, write: 120 },
};
