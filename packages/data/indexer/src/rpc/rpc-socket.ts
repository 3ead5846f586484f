import { WebSocket } from "ws";
import type { IndexerError } from "../indexer-error.ts";
import { describeUrl, resultOf, unreachable } from "./json-rpc-answer.ts";
import type { RpcLimits } from "./rpc-connection.ts";

/** Messages that came for a subscription whose id we do not know yet. */
const EARLY_MESSAGES_MAX = 1_000;
/**
 * Something is asked this often although nobody wants to know: some servers close who says nothing for 30 s, and a
 * peer that is gone without a word is noticed by what it does not answer.
 */
const KEEP_ALIVE_MS = 15_000;

/** Rejects when the socket does not open in time. `onClosed` is called once, whatever ends it. */
export function openSocket(url: URL, limits: RpcLimits, onClosed: () => void): Promise<RpcSocket> {
  const where = describeUrl(url);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      handshakeTimeout: limits.timeoutMs,
      maxPayload: limits.maxResponseBytes,
      perMessageDeflate: false,
    });
    const own = new RpcSocket(socket, where, limits.timeoutMs);
    let reason = new Error("the WebSocket closed");
    const asking = setInterval(() => own.keepAlive(), KEEP_ALIVE_MS);
    asking.unref();
    socket.on("open", () => resolve(own));
    socket.on("message", (data) => own.receive(String(data)));
    // An error is always followed by a close.
    socket.on("error", (error) => {
      reason = error;
      // It would wait for a peer that may not answer any more.
      socket.terminate();
    });
    socket.on("close", () => {
      clearInterval(asking);
      onClosed();
      const lost = unreachable(where, reason);
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

/** One WebSocket, for as long as it lives. */
export class RpcSocket {
  readonly #socket: WebSocket;
  readonly #where: string;
  readonly #timeoutMs: number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Listener>();
  /** A push may overtake the answer that gives its subscription's id. */
  #early: { id: string; result: unknown }[] = [];
  #lastId = 0;

  constructor(socket: WebSocket, where: string, timeoutMs: number) {
    this.#socket = socket;
    this.#where = where;
    this.#timeoutMs = timeoutMs;
  }

  request(method: string, params: readonly unknown[]): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN)
        return reject(unreachable(this.#where, new Error("the WebSocket closed")));
      const late = setTimeout(() => {
        this.#waiting.delete(id);
        const inTime = `in ${this.#timeoutMs / 1_000} s`;
        reject(unreachable(this.#where, new Error(`no answer to ${method} ${inTime}`)));
        // Who does not answer may be gone without a word: the next request finds out.
        this.#socket.terminate();
      }, this.#timeoutMs);
      this.#waiting.set(id, { method, resolve, reject, late });
      this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  keepAlive(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.request("eth_chainId", []).catch(() => {
      // A refusal is a sign of life too, and without one the socket was closed.
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
    // A peer that does not answer the closing handshake keeps it open for long.
    const late = setTimeout(() => this.#socket.terminate(), 1_000);
    late.unref();
  }

  #settle(message: { readonly id?: unknown }): void {
    const waiting = this.#waiting.get(Number(message.id));
    if (waiting === undefined) return;
    this.#waiting.delete(Number(message.id));
    clearTimeout(waiting.late);
    try {
      waiting.resolve(resultOf(this.#where, waiting.method, message));
    } catch (error) {
      waiting.reject(error instanceof Error ? error : new Error(String(error)));
    }
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
