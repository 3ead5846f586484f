import { readLogRange } from "./lifetime.ts";
import { DEV_RULE, FILTER_METHODS, type MethodRule, PUBLIC_METHODS } from "./method-table.ts";
import { checkParams, invalid, readObject } from "./read-params.ts";
import type { RpcProxyLimits } from "./rpc-limits.ts";
import { RpcProxyError } from "./rpc-proxy-error.ts";

export interface MethodPolicyOptions {
  /** Let methods through that control a chain or sign with its accounts: on a development chain only. */
  readonly devMethods: boolean;
  /** Whether there is one upstream, which keeps the filters of its clients. */
  readonly filters: boolean;
}

/** Names, as `eth_call`, or all that begin alike, as `eth_*`. */
export type MethodNames = readonly string[];

const NAME_SHOWN = 64;

/**
 * What a method costs and how long its answer holds, if it is offered at all.
 *
 * @throws {RpcProxyError} `RPC_PROXY_METHOD_REFUSED`
 */
export function ruleOf(
  method: string,
  allowed: MethodNames | undefined,
  { devMethods, filters }: MethodPolicyOptions,
): MethodRule {
  const known = PUBLIC_METHODS.get(method) ?? FILTER_METHODS.get(method);
  if (method === "eth_subscribe" || method === "eth_unsubscribe") {
    throw refused(method, "subscriptions need a WebSocket to the chain");
  }
  if (known === undefined && !devMethods) throw refused(method, "it is not offered here");
  if (!filters && FILTER_METHODS.has(method)) {
    throw refused(method, "there are several nodes behind this one: ask with eth_getLogs");
  }
  if (allowed !== undefined && !allowed.some((name) => matches(method, name))) {
    throw refused(method, "it is not among those of this client");
  }
  return known ?? DEV_RULE;
}

/**
 * Refuses parameters that no node could answer, or that would cost one too much.
 *
 * @param head the newest block; undefined while it is not known
 * @throws {RpcProxyError} `RPC_PROXY_PARAMS_INVALID`, `RPC_PROXY_LIMIT_EXCEEDED`, `RPC_PROXY_UPSTREAM_UNREACHABLE`
 */
export function checkCall(
  rule: MethodRule,
  params: readonly unknown[],
  limits: Pick<RpcProxyLimits, "callGas" | "logRangeBlocks">,
  head: number | undefined,
): void {
  checkParams(params, rule.params);
  for (const [index, kind] of rule.params.entries()) {
    if (kind === "call") checkGas(params[index], index, limits.callGas);
    if (kind === "filter") checkRange(params[index], limits.logRangeBlocks, head);
  }
}

function checkGas(call: unknown, index: number, limit: bigint): void {
  const { gas } = readObject(call, index);
  if (gas === undefined || gas === null) return;
  if (typeof gas !== "string" || !/^0x[0-9a-f]{1,64}$/i.test(gas)) {
    throw invalid(index, "gas must be a number as hex with 0x");
  }
  if (BigInt(gas) > limit) throw exceeded(`a call may name at most ${limit} as its gas`);
}

function checkRange(filter: unknown, limitBlocks: number, head: number | undefined): void {
  const range = readLogRange(filter);
  if (range === undefined) return;
  const newest = typeof range.to === "number" ? range.to : head;
  const oldest = typeof range.from === "number" ? range.from : head;
  if (newest === undefined || oldest === undefined) {
    const reason = "its newest block is not known yet";
    throw new RpcProxyError({ code: "RPC_PROXY_UPSTREAM_UNREACHABLE", reason });
  }
  const blocks = newest - oldest + 1;
  if (blocks <= limitBlocks) return;
  throw exceeded(`the logs of at most ${limitBlocks} blocks at once: this range has ${blocks}`);
}

function matches(method: string, name: string): boolean {
  return name.endsWith("*") ? method.startsWith(name.slice(0, -1)) : method === name;
}

function refused(method: string, reason: string): RpcProxyError {
  const shown = method.length > NAME_SHOWN ? `${method.slice(0, NAME_SHOWN)}...` : method;
  return new RpcProxyError({ code: "RPC_PROXY_METHOD_REFUSED", method: shown, reason });
}

function exceeded(problem: string): RpcProxyError {
  return new RpcProxyError({ code: "RPC_PROXY_LIMIT_EXCEEDED", problem });
}
