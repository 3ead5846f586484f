import {
  createTransport,
  RpcRequestError,
  SocketClosedError,
  TimeoutError,
  type Transport,
} from "viem";
import { getWebSocketRpcClient, type SocketRpcClient } from "viem/utils";

type Client = SocketRpcClient<WebSocket>;

const TIMEOUT_MS = 10_000;
/** Some servers close who says nothing for long. The next request opens a lost socket: viem's own way tries once. */
const SETTINGS = { keepAlive: true, reconnect: false };

/** A chain behind a WebSocket that is opened when first needed, and again when needed after it was lost. */
export function socketTransport(url: string): Transport<"webSocket"> {
  const where = new URL(url).origin;
  let opening: Promise<Client> | undefined;
  let current: Client | undefined;
  const lose = (client: Client) => {
    if (current !== client) return;
    client.close();
    current = undefined;
    opening = undefined;
  };
  const open = async (): Promise<Client> => {
    if (current && current.socket.readyState >= current.socket.CLOSING) lose(current);
    opening ??= getWebSocketRpcClient(url, SETTINGS);
    try {
      current = await opening;
      return current;
    } catch {
      opening = undefined;
      // what viem rejects with is an event that holds the URL, and with it a key
      throw new SocketClosedError({ url: where });
    }
  };
  const request = async (body: { method: string; params?: unknown }) => {
    const client = await open();
    const answer = client.requestAsync({ body, timeout: TIMEOUT_MS }).catch((error: unknown) => {
      // who does not answer may be gone without a word
      if (error instanceof TimeoutError) lose(client);
      throw error;
    });
    const { error, result } = await answer;
    if (error) throw new RpcRequestError({ body, error, url: where });
    return result;
  };
  return ({ retryCount }) =>
    createTransport({
      key: "webSocket",
      name: "WebSocket JSON-RPC",
      type: "webSocket",
      request: request as never,
      timeout: TIMEOUT_MS,
      ...(retryCount === undefined ? {} : { retryCount }),
    });
}
