/** JSON-RPC to one server, whatever carries it. */
export interface RpcConnection {
  /** For messages; never with credentials. */
  readonly where: string;
  /**
   * @throws {IndexerError} `INDEXER_SOURCE_UNREACHABLE` when no answer came in time or there is no connection,
   *   `INDEXER_SOURCE_BUSY` when the server wants to be asked less, `INDEXER_SOURCE_REFUSED` when the answer is an
   *   error
   */
  request(method: string, params: readonly unknown[]): Promise<unknown>;
  /**
   * Answers in the order of the calls. One message where what carries it can, so that one server behind a balancer
   * answers all. Rejects with what the first call that failed was refused with.
   */
  requestAll(calls: readonly RpcCall[]): Promise<unknown[]>;
  /**
   * `eth_subscribe`, where what carries the requests can push. `onLost` is called once, after which nothing more
   * comes: subscribe again.
   */
  readonly subscribe?: (
    params: readonly unknown[],
    onData: (result: unknown) => void,
    onLost: (reason: Error) => void,
  ) => Promise<() => void>;
  close(): void;
}

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Of those that are not put into one message. */
const CALLS_AT_ONCE = 500;

/** Answers in the order of the calls, some at a time, by `request`. */
export async function requestEach(
  calls: readonly RpcCall[],
  request: RpcConnection["request"],
  atOnce = CALLS_AT_ONCE,
): Promise<unknown[]> {
  const results: unknown[] = [];
  for (let at = 0; at < calls.length; at += atOnce) {
    const some = calls.slice(at, at + atOnce);
    results.push(...(await Promise.all(some.map((call) => request(call.method, call.params)))));
  }
  return results;
}

export interface RpcLimits {
  /** Until a server that does not answer is taken for gone. */
  readonly timeoutMs: number;
  /** Of one answer, or of one message of a WebSocket. */
  readonly maxResponseBytes: number;
}

export const DEFAULT_RPC_LIMITS: RpcLimits = { timeoutMs: 10_000, maxResponseBytes: 64 << 20 };
