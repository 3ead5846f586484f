import { describeUrl, REQUEST_TIMEOUT_MS, resultOf, unreachable } from "./json-rpc-answer.ts";
import type { RpcConnection } from "./rpc-connection.ts";

/** JSON-RPC over HTTP: one request a call, over connections that are kept alive. It cannot push. */
export function connectHttp(url: URL): RpcConnection {
  const where = describeUrl(url);
  const closing = new AbortController();
  let lastId = 0;
  return {
    where,
    async request(method, params) {
      lastId += 1;
      const body = JSON.stringify({ jsonrpc: "2.0", id: lastId, method, params });
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
      const headers = { "content-type": "application/json", ...authorization(url) };
      const answer = await post(plain(url), { method: "POST", headers, body, signal }).catch(
        (error: unknown) => {
          throw unreachable(where, error);
        },
      );
      return resultOf(method, answer);
    },
    close: () => closing.abort(),
  };
}

async function post(url: URL, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, init);
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`HTTP status ${response.status} with a body that is not JSON`);
  }
}

/** `fetch` refuses a URL with a user in it. */
function plain(url: URL): URL {
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  return bare;
}

function authorization(url: URL): Record<string, string> {
  if (url.username === "") return {};
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}
