import { describeUrl, unreachable } from "./json-rpc-answer.ts";
import { type RpcConnection, type RpcLimits, requestEach } from "./rpc-connection.ts";
import { openSocket, type RpcSocket } from "./rpc-socket.ts";

/** JSON-RPC over one WebSocket, opened when first needed and again when needed after it was lost. */
export function connectWebSocket(url: URL, limits: RpcLimits): RpcConnection {
  let socket: Promise<RpcSocket> | undefined;
  let closed = false;
  const open = () => {
    if (closed) throw unreachable(describeUrl(url), new Error("closed"));
    socket ??= openSocket(url, limits, () => {
      socket = undefined;
    });
    return socket;
  };
  return {
    where: describeUrl(url),
    request: async (method, params) => (await open()).request(method, params),
    async requestAll(calls) {
      const own = await open();
      return requestEach(calls, (method, params) => own.request(method, params));
    },
    async subscribe(params, onData, onLost) {
      const own = await open();
      const id = await own.request("eth_subscribe", params);
      own.listen(String(id), { onData, onLost });
      return () => own.forget(String(id));
    },
    close() {
      closed = true;
      void socket?.then(
        (own) => own.close(),
        () => {
          // It never opened.
        },
      );
    },
  };
}
