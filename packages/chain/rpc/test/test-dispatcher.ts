import { createSilentLogger, FakeClock } from "@ghostchain/service";
import { createRpcDispatcher, type DispatcherOptions } from "../src/dispatcher.ts";
import type { JsonRpcError } from "../src/rpc-error.ts";
import { RpcSession } from "../src/session.ts";
import { MemoryBackend } from "./memory-backend.ts";

/** A dispatcher over a chain written by hand, and one client of it. */
export function setUp(options: DispatcherOptions & { backend?: MemoryBackend } = {}) {
  const backend = options.backend ?? new MemoryBackend();
  const clock = new FakeClock(1_000_000);
  const dispatcher = createRpcDispatcher({ backend, logger: createSilentLogger(), clock }, options);
  const notes: Note[] = [];
  const session = new RpcSession({
    mayControl: true,
    notify: (message) => notes.push(JSON.parse(message).params),
  });
  const ask = async (method: string, ...params: unknown[]) => {
    const request = { jsonrpc: "2.0", id: 1, method, params };
    const response = await dispatcher.handle(request, session);
    session.answered();
    return response;
  };
  /** The result, or a thrown test failure. */
  const result = async (method: string, ...params: unknown[]) => {
    const response = await ask(method, ...params);
    if (!response || !("result" in response)) {
      throw new Error(`${method} failed: ${JSON.stringify(response)}`);
    }
    // As a client sees it.
    return JSON.parse(JSON.stringify(response.result));
  };
  const error = async (method: string, ...params: unknown[]): Promise<JsonRpcError> => {
    const response = await ask(method, ...params);
    if (!response || !("error" in response)) {
      throw new Error(`${method} succeeded: ${JSON.stringify(response)}`);
    }
    return response.error;
  };
  return { backend, clock, dispatcher, session, notes, ask, result, error };
}

/** The parameters of one `eth_subscription` message. */
interface Note {
  readonly subscription: string;
  readonly result: unknown;
}
