import { IndexerError } from "../indexer-error.ts";
import type { RpcConnection } from "./rpc-connection.ts";

/** A chain in this process, or a wallet's: EIP-1193. */
export interface Eip1193Provider {
  request(request: { method: string; params?: readonly unknown[] }): Promise<unknown>;
  on?(event: "message", listener: (message: SubscriptionMessage) => void): unknown;
  removeListener?(event: "message", listener: (message: SubscriptionMessage) => void): unknown;
}

interface SubscriptionMessage {
  readonly type: string;
  readonly data: unknown;
}

/** The provider is its owner's: closing the connection ends only what was subscribed here. */
export function connectProvider(provider: Eip1193Provider): RpcConnection {
  const listeners = new Set<(message: SubscriptionMessage) => void>();
  const forget = (listener: (message: SubscriptionMessage) => void) => {
    listeners.delete(listener);
    provider.removeListener?.("message", listener);
  };
  const request = (method: string, params: readonly unknown[]) =>
    provider.request({ method, params }).catch((error: unknown) => {
      throw refused(method, error);
    });
  const connection: RpcConnection = {
    where: "this process",
    request,
    close() {
      for (const listener of listeners) forget(listener);
    },
  };
  if (provider.on === undefined) return connection;
  return {
    ...connection,
    async subscribe(params, onData) {
      let id: unknown;
      const early: SubscriptionMessage[] = [];
      const listener = (message: SubscriptionMessage) => {
        if (id === undefined) early.push(message);
        else deliver(message, id, onData);
      };
      listeners.add(listener);
      provider.on?.("message", listener);
      try {
        id = await request("eth_subscribe", params);
      } catch (error) {
        forget(listener);
        throw error;
      }
      for (const message of early) deliver(message, id, onData);
      return () => {
        forget(listener);
        request("eth_unsubscribe", [id]).catch(() => {
          // The chain is gone, and the subscription with it.
        });
      };
    },
  };
}

function deliver(message: SubscriptionMessage, id: unknown, onData: (result: unknown) => void) {
  const data = message.data as { subscription?: unknown; result?: unknown };
  if (message.type === "eth_subscription" && data.subscription === id) onData(data.result);
}

function refused(method: string, error: unknown): IndexerError {
  const reason = error instanceof Error ? error.message : String(error);
  const rpcCode = (error as { code?: unknown }).code;
  return new IndexerError({
    code: "INDEXER_SOURCE_REFUSED",
    method,
    rpcCode: typeof rpcCode === "number" ? rpcCode : -32603,
    reason,
  });
}
