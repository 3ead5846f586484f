import type { JsonRpcError } from "../rpc-proxy-error.ts";

/** What a chain said. An error is an answer too: it is passed on, and no other upstream is asked. */
export type UpstreamAnswer =
  | {
      readonly kind: "result";
      /** The result as JSON, as it came. */
      readonly text: string;
      readonly value: unknown;
    }
  | { readonly kind: "error"; readonly error: JsonRpcError };

/** JSON-RPC to one node, whatever carries it. Opens nothing before the first request. */
export interface Upstream {
  /** For the log; never with credentials. */
  readonly where: string;
  /** @throws {RpcProxyError} `RPC_PROXY_UPSTREAM_FAILED`, `RPC_PROXY_LIMIT_EXCEEDED` for too large an answer */
  request(method: string, params: readonly unknown[], signal: AbortSignal): Promise<UpstreamAnswer>;
  /**
   * New heads, where what carries the requests can push. `onLost` is called once, after which nothing more comes.
   *
   * @returns what ends it
   */
  readonly subscribeHeads?: (
    onHead: (header: unknown) => void,
    onLost: () => void,
    signal: AbortSignal,
  ) => Promise<() => void>;
  close(): void;
}
