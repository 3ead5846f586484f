import { RpcProxyError } from "../rpc-proxy-error.ts";
import { connectHttp, type UpstreamSettings } from "./http-upstream.ts";
import { connectProvider, type Eip1193Provider } from "./provider-upstream.ts";
import type { Upstream } from "./upstream.ts";
import { connectWebSocket } from "./websocket-upstream.ts";

/** @throws {RpcProxyError} `RPC_PROXY_UPSTREAM_URL_MALFORMED`, which names its place and not the URL */
export function connectUpstream(
  target: string | Eip1193Provider,
  index: number,
  settings: UpstreamSettings,
): Upstream {
  if (typeof target !== "string") return connectProvider(target);
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return connectHttp(url, settings);
  if (url?.protocol === "ws:" || url?.protocol === "wss:") return connectWebSocket(url, settings);
  const reason = url === undefined ? "not a URL" : `the scheme is ${url.protocol}`;
  throw new RpcProxyError({ code: "RPC_PROXY_UPSTREAM_URL_MALFORMED", index, reason });
}
