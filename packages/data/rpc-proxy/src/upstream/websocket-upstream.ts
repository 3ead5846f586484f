import { RpcProxyError } from "../rpc-proxy-error.ts";
import { describeUrl, tooLarge, type UpstreamSettings } from "./http-upstream.ts";
import { readAnswer } from "./read-answer.ts";
import { createRedaction } from "./redact.ts";
import type { Upstream, UpstreamAnswer } from "./upstream.ts";

const OPEN_TIMEOUT_MS = 5_000;
/** Requests in a row without an answer, after which a connection is taken for dead. */
const UNANSWERED_MAX = 3;

/** JSON-RPC over one WebSocket, opened when first needed and again when needed after it was lost. */
export function connectWebSocket(url: URL, settings: UpstreamSettings): Upstream {
  const where = describeUrl(url);
  const redact = createRedaction(url);
  let socket: Promise<RpcSocket> | undefined;
  const open = () => {
    socket ??= openSocket(url, settings, () => {
      socket = undefined;
    });
    return socket;
  };
  return {
    where,
    async request(method, params, signal) {
      const answer = await (await open()).request(method, params, signal);
      return answer.kind === "error" ? { kind: "error", error: redact(answer.error) } : answer;
    },
    async subscribeHeads(onHead, onLost, signal) {
      const own = await open();
      const answer = await own.request("eth_subscribe", ["newHeads"], signal);
      if (answer.kind === "error") throw new Error(redact(answer.error).message);
      return own.listen(String(answer.value), { onHead, onLost });
    },
    close() {
      void socket?.then(
        (own) => own.close(),
        () => {
          // It never opened.
        },
      );
    },
  };
}

function openSocket(
  url: URL,
  settings: UpstreamSettings,
  onClosed: () => void,
): Promise<RpcSocket> {
  const where = describeUrl(url);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const own = new RpcSocket(socket, where, settings);
    const late = setTimeout(() => socket.close(), OPEN_TIMEOUT_MS);
    socket.addEventListener("open", () => {
      clearTimeout(late);
      resolve(own);
    });
    socket.addEventListener("message", (event) => own.receive(String(event.data)));
    // An error is always followed by a close.
    socket.addEventListener("close", () => {
      clearTimeout(late);
      onClosed();
      own.lose();
      reject(lost(where, false));
    });
  });
}

interface Waiting {
  resolve(answer: UpstreamAnswer): void;
  reject(error: unknown): void;
}

interface Listener {
  onHead(header: unknown): void;
  onLost(): void;
}

class RpcSocket {
  readonly #socket: WebSocket;
  readonly #where: string;
  readonly #responseBytes: number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Listener>();
  #lastId = 0;
  #unanswered = 0;

  constructor(socket: WebSocket, where: string, { responseBytes }: UpstreamSettings) {
    this.#socket = socket;
    this.#where = where;
    this.#responseBytes = responseBytes;
  }

  request(
    method: string,
    params: readonly unknown[],
    signal: AbortSignal,
  ): Promise<UpstreamAnswer> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise<UpstreamAnswer>((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#socket.readyState !== WebSocket.OPEN) throw lost(this.#where, false);
      const abort = () => {
        this.#waiting.delete(id);
        reject(signal.reason);
        if (isTimeout(signal.reason)) this.#unanswered += 1;
        if (this.#unanswered >= UNANSWERED_MAX) this.#socket.close();
      };
      signal.addEventListener("abort", abort, { once: true });
      const settled = () => signal.removeEventListener("abort", abort);
      this.#waiting.set(id, {
        resolve: (answer) => {
          settled();
          resolve(answer);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  listen(id: string, listener: Listener): () => void {
    this.#listeners.set(id, listener);
    return () => {
      this.#listeners.delete(id);
      this.request("eth_unsubscribe", [id], AbortSignal.timeout(OPEN_TIMEOUT_MS)).catch(() => {
        // The connection is gone, and the subscription with it.
      });
    };
  }

  receive(text: string): void {
    const { id, method, params } = envelopeOf(text);
    if (method === "eth_subscription") {
      const { subscription, result } = (params ?? {}) as Record<string, unknown>;
      this.#listeners.get(String(subscription))?.onHead(result);
      return;
    }
    const waiting = this.#waiting.get(Number(id));
    if (waiting === undefined) return;
    this.#waiting.delete(Number(id));
    this.#unanswered = 0;
    if (text.length > this.#responseBytes) {
      waiting.reject(tooLarge(this.#responseBytes));
      return;
    }
    try {
      waiting.resolve(readAnswer(text, this.#where));
    } catch (error) {
      waiting.reject(error);
    }
  }

  lose(): void {
    for (const { reject } of this.#waiting.values()) reject(lost(this.#where, true));
    this.#waiting.clear();
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.onLost();
  }

  close(): void {
    this.#socket.close();
  }
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === "TimeoutError";
}

function lost(where: string, wasSent: boolean): RpcProxyError {
  const reason = "the WebSocket closed";
  return new RpcProxyError({ code: "RPC_PROXY_UPSTREAM_FAILED", where, reason, wasSent });
}

function envelopeOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === "object" && message !== null ? { ...message } : {};
  } catch {
    return {};
  }
}
