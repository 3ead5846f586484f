import { IndexerError } from "../indexer-error.ts";
import { connectHttp } from "./http-connection.ts";
import { connectProvider, type Eip1193Provider } from "./provider-connection.ts";
import type { RpcConnection } from "./rpc-connection.ts";
import { connectWebSocket } from "./websocket-connection.ts";

/**
 * Opens nothing yet: the first request does.
 *
 * @throws {IndexerError} `INDEXER_SOURCE_URL_MALFORMED`
 */
export function connect(rpc: string | Eip1193Provider): RpcConnection {
  if (typeof rpc !== "string") return connectProvider(rpc);
  const url = URL.canParse(rpc) ? new URL(rpc) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return connectHttp(url);
  if (url?.protocol === "ws:" || url?.protocol === "wss:") return connectWebSocket(url);
  throw new IndexerError(
    { code: "INDEXER_SOURCE_URL_MALFORMED", reason: url?.protocol ?? "not a URL" },
    "the chain's URL must begin with http://, https://, ws:// or wss://",
  );
}
