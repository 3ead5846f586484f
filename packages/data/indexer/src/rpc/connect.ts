import { IndexerError } from "../indexer-error.ts";
import { connectHttp } from "./http-connection.ts";
import { connectProvider, type Eip1193Provider } from "./provider-connection.ts";
import { DEFAULT_RPC_LIMITS, type RpcConnection, type RpcLimits } from "./rpc-connection.ts";
import { connectWebSocket } from "./websocket-connection.ts";

/**
 * Opens nothing yet: the first request does.
 *
 * @throws {IndexerError} `INDEXER_SOURCE_URL_MALFORMED`
 */
export function connect(
  rpc: string | Eip1193Provider,
  limits: RpcLimits = DEFAULT_RPC_LIMITS,
): RpcConnection {
  if (typeof rpc !== "string") return connectProvider(rpc, limits);
  const url = URL.canParse(rpc) ? new URL(rpc) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return connectHttp(url, limits);
  if (url?.protocol === "ws:" || url?.protocol === "wss:") return connectWebSocket(url, limits);
  throw new IndexerError(
    { code: "INDEXER_SOURCE_URL_MALFORMED", reason: url?.protocol ?? "not a URL" },
    "the chain's URL must begin with http://, https://, ws:// or wss://",
  );
}
