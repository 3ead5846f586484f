import { refused, unreachable } from "./json-rpc-answer.ts";
import {
  DEFAULT_RPC_LIMITS,
  type RpcConnection,
  type RpcLimits,
  requestEach,
} from "./rpc-connection.ts";

const WHERE = "this process";

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
export function connectProvider(
  provider: Eip1193Provider,
  limits: RpcLimits = DEFAULT_RPC_LIMITS,
): RpcConnection {
  const listeners = new Set<(message: SubscriptionMessage) => void>();
  const forget = (listener: (message: SubscriptionMessage) => void) => {
    listeners.delete(listener);
    provider.removeListener?.("message", listener);
  };
  let closed = false;
  const request = async (method: string, params: readonly unknown[]) => {
    if (closed) throw unreachable(WHERE, new Error("closed"));
    const answer = provider.request({ method, params }).catch((error: unknown) => {
      throw refused(WHERE, method, error);
    });
    return inTime(answer, method, limits.timeoutMs);
  };
  const connection: RpcConnection = {
    where: WHERE,
    request,
    requestAll: (calls) => requestEach(calls, request),
    close() {
      closed = true;
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

async function inTime<T>(answer: Promise<T>, method: string, timeoutMs: number): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const reason = `no answer to ${method} in ${timeoutMs / 1_000} s`;
    late = setTimeout(() => reject(unreachable(WHERE, new Error(reason))), timeoutMs);
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(late);
  }
}
