import { readError } from "./read-answer.ts";
import type { Upstream } from "./upstream.ts";

/** A chain in this process: EIP-1193. */
export interface Eip1193Provider {
  request(request: { method: string; params?: readonly unknown[] }): Promise<unknown>;
  on?(event: "message", listener: (message: ProviderMessage) => void): unknown;
  removeListener?(event: "message", listener: (message: ProviderMessage) => void): unknown;
}

interface ProviderMessage {
  readonly type: string;
  readonly data: unknown;
}

/** The provider is its owner's: closing ends only what was subscribed here. */
export function connectProvider(provider: Eip1193Provider): Upstream {
  const listeners = new Set<(message: ProviderMessage) => void>();
  const forget = (listener: (message: ProviderMessage) => void) => {
    listeners.delete(listener);
    provider.removeListener?.("message", listener);
  };
  const upstream: Upstream = {
    where: "this process",
    async request(method, params, signal) {
      const asked = provider.request({ method, params }).then(
        (value) => ({ kind: "result", text: JSON.stringify(value ?? null), value }) as const,
        (error) => ({ kind: "error", error: readError(error) }) as const,
      );
      return await unlessAborted(asked, signal);
    },
    close() {
      for (const listener of listeners) forget(listener);
    },
  };
  if (provider.on === undefined) return upstream;
  return {
    ...upstream,
    async subscribeHeads(onHead, _onLost, signal) {
      let id: unknown;
      const listener = ({ type, data }: ProviderMessage) => {
        const { subscription, result } = (data ?? {}) as Record<string, unknown>;
        // one that overtakes the answer with the id is found by the next poll
        if (type === "eth_subscription" && id !== undefined && subscription === id) onHead(result);
      };
      listeners.add(listener);
      provider.on?.("message", listener);
      try {
        const asked = provider.request({ method: "eth_subscribe", params: ["newHeads"] });
        id = await unlessAborted(asked, signal);
      } catch (error) {
        forget(listener);
        throw error;
      }
      return () => {
        forget(listener);
        provider.request({ method: "eth_unsubscribe", params: [id] }).catch(() => {
          // The chain is gone, and the subscription with it.
        });
      };
    },
  };
}

/** A provider cannot be told to stop; whoever waits for it can. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    work.finally(() => signal.removeEventListener("abort", abort)).then(resolve, reject);
  });
}
