import type { IndexerError } from "../indexer-error.ts";
import { describeUrl, REQUEST_TIMEOUT_MS, resultOf, unreachable } from "./json-rpc-answer.ts";
import type { RpcConnection } from "./rpc-connection.ts";

/** Messages that came for a subscription whose id we do not know yet. */
const EARLY_MESSAGES_MAX = 1_000;

/** JSON-RPC over one WebSocket, opened when first needed and again when needed after it was lost. */
export function connectWebSocket(url: URL): RpcConnection {
  let socket: Promise<RpcSocket> | undefined;
  let closed = false;
  const open = () => {
    if (closed) throw unreachable(describeUrl(url), new Error("closed"));
    socket ??= openSocket(url, () => {
      socket = undefined;
    });
    return socket;
  };
  return {
    where: describeUrl(url),
    request: async (method, params) => (await open()).request(method, params),
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

function openSocket(url: URL, onClosed: () => void): Promise<RpcSocket> {
  const where = describeUrl(url);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const own = new RpcSocket(socket, where);
    const late = setTimeout(() => socket.close(), REQUEST_TIMEOUT_MS);
    socket.addEventListener("open", () => {
      clearTimeout(late);
      resolve(own);
    });
    socket.addEventListener("message", (event) => own.receive(String(event.data)));
    // An error is always followed by a close.
    socket.addEventListener("close", () => {
      clearTimeout(late);
      onClosed();
      const lost = unreachable(where, new Error("the WebSocket closed"));
      own.lose(lost);
      reject(lost);
    });
  });
}

interface Waiting {
  readonly method: string;
  resolve(result: unknown): void;
  reject(error: Error): void;
  readonly late: NodeJS.Timeout;
}

interface Listener {
  onData(result: unknown): void;
  onLost(reason: Error): void;
}

class RpcSocket {
  readonly #socket: WebSocket;
  readonly #where: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Listener>();
  /** A push may overtake the answer that gives its subscription's id. */
  #early: { id: string; result: unknown }[] = [];
  #lastId = 0;

  constructor(socket: WebSocket, where: string) {
    this.#socket = socket;
    this.#where = where;
  }

  request(method: string, params: readonly unknown[]): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN)
        return reject(unreachable(this.#where, new Error("the WebSocket closed")));
      const late = setTimeout(() => {
        this.#waiting.delete(id);
        reject(unreachable(this.#where, new Error(`no answer to ${method} in ten seconds`)));
        // Who does not answer may be gone without a word: the next request finds out.
        this.#socket.close();
      }, REQUEST_TIMEOUT_MS);
      this.#waiting.set(id, { method, resolve, reject, late });
      this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  listen(id: string, listener: Listener): void {
    if (this.#socket.readyState !== WebSocket.OPEN) {
      listener.onLost(unreachable(this.#where, new Error("the WebSocket closed")));
      return;
    }
    this.#listeners.set(id, listener);
    const early = this.#early.filter((message) => message.id === id);
    this.#early = this.#early.filter((message) => message.id !== id);
    for (const message of early) listener.onData(message.result);
  }

  forget(id: string): void {
    this.#listeners.delete(id);
    this.request("eth_unsubscribe", [id]).catch(() => {
      // The connection is gone, and the subscription with it.
    });
  }

  receive(text: string): void {
    const message = parse(text);
    if (message === undefined) return;
    if (message.method === "eth_subscription") this.#push(message.params);
    else this.#settle(message);
  }

  #settle(message: { readonly id?: unknown }): void {
    const waiting = this.#waiting.get(Number(message.id));
    if (waiting === undefined) return;
    this.#waiting.delete(Number(message.id));
    clearTimeout(waiting.late);
    try {
      waiting.resolve(resultOf(waiting.method, message));
    } catch (error) {
      waiting.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  lose(reason: IndexerError): void {
    for (const { reject, late } of this.#waiting.values()) {
      clearTimeout(late);
      reject(reason);
    }
    this.#waiting.clear();
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.onLost(reason);
  }

  close(): void {
    this.#socket.close();
  }

  #push(params: unknown): void {
    const { subscription, result } = (params ?? {}) as { subscription?: unknown; result?: unknown };
    const id = String(subscription);
    const listener = this.#listeners.get(id);
    if (listener) listener.onData(result);
    else if (this.#early.length < EARLY_MESSAGES_MAX) this.#early.push({ id, result });
  }
}

function parse(text: string): { method?: string; id?: unknown; params?: unknown } | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === "object" && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}
