import type { Outcome } from "./endpoint-health.ts";
import type { RpcConnection } from "./rpc-connection.ts";
import { outcomeOf } from "./rpc-endpoint.ts";

/** A request, or several in one message, that ended. */
export interface Measured {
  readonly methods: readonly string[];
  readonly outcome: Outcome;
  readonly durationMs: number;
}

/** Tells `onEnd` of every request, and does nothing else. */
export function meter(connection: RpcConnection, onEnd: (end: Measured) => void): RpcConnection {
  const measure = async <T>(methods: readonly string[], answer: Promise<T>): Promise<T> => {
    const startMs = performance.now();
    let outcome: Outcome = "ok";
    try {
      return await answer;
    } catch (error) {
      outcome = outcomeOf(error) ?? "inconsistent";
      throw error;
    } finally {
      onEnd({ methods, outcome, durationMs: performance.now() - startMs });
    }
  };
  return {
    ...connection,
    where: connection.where,
    request: (method, params) => measure([method], connection.request(method, params)),
    requestAll: (calls) =>
      measure(
        calls.map(({ method }) => method),
        connection.requestAll(calls),
      ),
    close: () => connection.close(),
  };
}
