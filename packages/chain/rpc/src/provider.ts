import type { RpcDispatcher } from "./dispatcher.ts";
import { RpcSession } from "./session.ts";

/** A request as EIP-1193 has it. */
export interface ProviderRequest {
  readonly method: string;
  readonly params?: readonly unknown[] | object | undefined;
}

/** What `message` listeners hear of a subscription. */
export interface ProviderMessage {
  readonly type: "eth_subscription";
  readonly data: { readonly subscription: string; readonly result: unknown };
}

export type MessageListener = (message: ProviderMessage) => void;

/** An EIP-1193 provider: the chain in this process, for anything that takes a wallet's provider. */
export interface RpcProvider {
  /** @throws {ProviderRpcError} whatever the method answers instead of a result */
  request(request: ProviderRequest): Promise<unknown>;
  on(event: "message", listener: MessageListener): this;
  removeListener(event: "message", listener: MessageListener): this;
  /** Ends its subscriptions. */
  close(): void;
}

/** EIP-1193, "Errors". `code` is that of JSON-RPC. */
export class ProviderRpcError extends Error {
  override readonly name = "ProviderRpcError";
  readonly code: number;
  readonly data: unknown;

  constructor(error: { code: number; message: string; data?: unknown }) {
    super(error.message);
    this.code = error.code;
    this.data = error.data;
  }
}

export function createProvider(dispatcher: RpcDispatcher): RpcProvider {
  return new DispatcherProvider(dispatcher);
}

class DispatcherProvider implements RpcProvider {
  readonly #dispatcher: RpcDispatcher;
  readonly #listeners = new Set<MessageListener>();
  readonly #session: RpcSession;

  constructor(dispatcher: RpcDispatcher) {
    this.#dispatcher = dispatcher;
    this.#session = new RpcSession({
      notify: (message) => this.#publish(message),
      mayControl: true,
    });
  }

  async request({ method, params }: ProviderRequest): Promise<unknown> {
    const request = { jsonrpc: "2.0", id: 0, method, params };
    const response = await this.#dispatcher.handle(request, this.#session);
    // After whoever asked has seen the id.
    setImmediate(() => this.#session.answered());
    if (response === undefined || "error" in response) {
      throw new ProviderRpcError(response?.error ?? { code: -32603, message: "no answer" });
    }
    return response.result;
  }

  on(_event: "message", listener: MessageListener): this {
    this.#listeners.add(listener);
    return this;
  }

  removeListener(_event: "message", listener: MessageListener): this {
    this.#listeners.delete(listener);
    return this;
  }

  close(): void {
    this.#session.close();
    this.#listeners.clear();
  }

  /** Each listener in a turn of its own: what one throws is its owner's trouble, not the chain's. */
  #publish(message: string): void {
    const { params } = JSON.parse(message);
    for (const listener of this.#listeners) {
      queueMicrotask(() => listener({ type: "eth_subscription", data: params }));
    }
  }
}
