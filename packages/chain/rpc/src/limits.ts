/** Bounds on what one client may ask for. */
export interface RpcLimits {
  /** Gas an `eth_call` or an estimate may use. */
  readonly callGas: bigint;
  readonly batchItems: number;
  /** Of one HTTP response or WebSocket message, whole batches included. */
  readonly responseBytes: number;
  readonly jsonDepth: number;
  /** Blocks one `eth_getLogs` may scan. */
  readonly logRangeBlocks: bigint;
  readonly logResults: number;
  /** Filters of all clients together. */
  readonly filters: number;
  /** A filter that nobody asks for this long is forgotten. */
  readonly filterLifetimeMs: number;
  readonly subscriptionsPerSession: number;
}

export const DEFAULT_LIMITS: RpcLimits = {
  callGas: 50_000_000n,
  batchItems: 1_000,
  responseBytes: 25 * 1024 * 1024,
  jsonDepth: 64,
  logRangeBlocks: 100_000n,
  logResults: 10_000,
  filters: 10_000,
  filterLifetimeMs: 5 * 60_000,
  subscriptionsPerSession: 1_000,
};
