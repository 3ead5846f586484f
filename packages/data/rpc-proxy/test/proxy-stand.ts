import { createMemoryLimits, type RateLimits } from "@ghostchain/rate-limit";
import {
  type Clock,
  createMetrics,
  createSilentLogger,
  Health,
  type Logger,
  type Metrics,
  systemClock,
} from "@ghostchain/service";
import type { RpcCaller } from "../src/call-desk.ts";
import { createRpcProxy, type RpcProxy, type RpcProxyOptions } from "../src/rpc-proxy.ts";

const SIGNAL = new AbortController().signal;
export const CALLER: RpcCaller = { key: "ip:127.0.0.1" };

// biome-ignore lint/suspicious/noExplicitAny: whatever a chain answered; the tests look into it
export type Response = any;

/** A proxy that has started, and what is around it. */
export interface ProxyStand {
  readonly proxy: RpcProxy;
  readonly metrics: Metrics;
  readonly health: Health;
  /** One call, and the whole response to it. */
  ask(method: string, params?: readonly unknown[], caller?: RpcCaller): Promise<Response>;
  /** A body as it is. */
  post(body: unknown, signal?: AbortSignal): Promise<Response>;
  close(): Promise<void>;
}

export async function openProxy(
  options: RpcProxyOptions,
  parts: { clock?: Clock; logger?: Logger; rateLimits?: Pick<RateLimits, "budget"> } = {},
): Promise<ProxyStand> {
  const metrics = createMetrics({ processMetrics: false });
  const health = new Health();
  const { clock = systemClock, logger = createSilentLogger() } = parts;
  const { rateLimits = createMemoryLimits({ clock }) } = parts;
  const proxy = createRpcProxy({ rateLimits, clock, logger, metrics, health }, options);
  await proxy.start(SIGNAL);
  const send = async (body: string, caller: RpcCaller, signal: AbortSignal) => {
    const reply = await proxy.handle(body, caller, signal);
    return reply.body === undefined ? undefined : JSON.parse(reply.body);
  };
  return {
    ...{ proxy, metrics, health },
    ask: (method, params = [], caller = CALLER) => send(request(method, params), caller, SIGNAL),
    post: (body, signal = SIGNAL) =>
      send(typeof body === "string" ? body : JSON.stringify(body), CALLER, signal),
    close: () => proxy.stop(),
  };
}

export function request(method: string, params: readonly unknown[] = [], id: unknown = 1): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, params });
}

export async function askDirectly(
  url: string,
  method: string,
  params: readonly unknown[],
): Promise<Response> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: request(method, params) });
  const answer: Response = await response.json();
  if (answer.error) throw new Error(answer.error.message);
  return answer.result;
}

/** How many calls of a class ended so. */
export async function countOf(metrics: Metrics, weight: string, outcome: string): Promise<number> {
  const found = await metrics.getSingleMetric("rpc_proxy_requests_total")?.get();
  const value = found?.values.find(
    ({ labels }) => labels.class === weight && labels.outcome === outcome,
  );
  return value?.value ?? 0;
}

export async function gaugeOf(metrics: Metrics, name: string): Promise<number> {
  return (await metrics.getSingleMetric(name)?.get())?.values[0]?.value ?? 0;
}

export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (const untilMs = Date.now() + 10_000; !(await condition()); ) {
    if (Date.now() > untilMs) throw new Error("waited 10 s in vain");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
