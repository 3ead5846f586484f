import { RpcProxyError } from "./rpc-proxy-error.ts";

/** Lets so many through at one time, makes so many wait, and refuses the rest. */
export class RequestGate {
  readonly #places: number;
  readonly #queueMax: number;
  readonly #waiting: Set<() => void> = new Set();
  #inside = 0;

  constructor(places: number, queueMax: number) {
    this.#places = places;
    this.#queueMax = queueMax;
  }

  get inside(): number {
    return this.#inside;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** @throws {RpcProxyError} `RPC_PROXY_LIMIT_EXCEEDED` when the queue is full */
  async pass<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#enter(signal);
    try {
      return await work();
    } finally {
      this.#inside -= 1;
      for (const next of this.#waiting) {
        next();
        break;
      }
    }
  }

  #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#inside < this.#places) {
      this.#inside += 1;
      return Promise.resolve();
    }
    if (this.#waiting.size >= this.#queueMax) {
      return Promise.reject(tooBusy());
    }
    return new Promise((resolve, reject) => {
      const enter = () => {
        this.#waiting.delete(enter);
        signal.removeEventListener("abort", leave);
        this.#inside += 1;
        resolve();
      };
      const leave = () => {
        this.#waiting.delete(enter);
        reject(signal.reason);
      };
      this.#waiting.add(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }
}

export function tooBusy(): RpcProxyError {
  const problem = "too many requests are waiting for the chain: try again";
  return new RpcProxyError({ code: "RPC_PROXY_LIMIT_EXCEEDED", problem, retryAfterMs: 1_000 });
}
