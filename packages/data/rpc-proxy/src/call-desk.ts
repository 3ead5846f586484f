import { createHash } from "node:crypto";
import type { Logger } from "@ghostchain/service";
import type { Answer, AnswerCache } from "./answer-cache.ts";
import type { BudgetHolder, Budgets } from "./budgets.ts";
import type { ChainView } from "./chain-view.ts";
import { type Call, errorText, idOf, type JsonRpcId, readCall, resultText } from "./json-rpc.ts";
import { type Lifetime, lifetimeOf } from "./lifetime.ts";
import { checkCall, type MethodNames, type MethodPolicyOptions, ruleOf } from "./method-policy.ts";
import { type MethodRule, PUBLIC_METHODS } from "./method-table.ts";
import type { Outcome, RequestClass, RpcProxyMetrics } from "./metrics.ts";
import type { RpcProxyLimits } from "./rpc-limits.ts";
import { RpcProxyError, toJsonRpcError } from "./rpc-proxy-error.ts";

/** Who asks, and what that allows. */
export interface RpcCaller extends BudgetHolder {
  /** Where only these are open to it. */
  readonly methods?: MethodNames | undefined;
}

export interface CallDeskDeps {
  readonly cache: AnswerCache;
  readonly view: ChainView;
  readonly budgets: Budgets;
  readonly metrics: RpcProxyMetrics;
  readonly logger: Logger;
}

export type CallDeskSettings = MethodPolicyOptions &
  Pick<RpcProxyLimits, "callGas" | "logRangeBlocks"> & { readonly isCaching: boolean };

export interface CallReply {
  readonly text: string;
  /** Where the call was beyond its budget. */
  readonly retryAfterMs: number | undefined;
}

/** Answers one call: checks it, charges it, and takes the answer from where it is nearest. */
export class CallDesk {
  readonly #deps: CallDeskDeps;
  readonly #settings: CallDeskSettings;

  constructor(deps: CallDeskDeps, settings: CallDeskSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  /** Undefined for a notification. Rejects only with the signal's reason. */
  async answer(
    request: unknown,
    caller: RpcCaller,
    signal: AbortSignal,
  ): Promise<CallReply | undefined> {
    const startMs = performance.now();
    const call = this.#read(request, caller);
    if (call instanceof RpcProxyError) return await this.refuse(idOf(request), call, caller);
    const weight: RequestClass = call.rule.weight;
    const done = (outcome: Outcome) => this.#count(weight, outcome, startMs);
    const id = call.id ?? null;
    try {
      const answer = await this.#resolve(call, caller, signal, done);
      if (call.id === undefined) return undefined;
      const text =
        answer.kind === "result" ? resultText(id, answer.text) : errorText(id, answer.error);
      return { text, retryAfterMs: undefined };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const known = this.#toError(error, call.method);
      done(known.code === "RPC_PROXY_LIMIT_EXCEEDED" ? "refused" : "error");
      return call.id === undefined ? undefined : failure(id, known);
    }
  }

  /** The batch cut into what may run together. */
  runsOf(batch: readonly unknown[]): unknown[][] {
    const runs: unknown[][] = [];
    let mayJoin = false;
    for (const request of batch) {
      const isRead = isRequestToRead(request);
      const last = runs.at(-1);
      if (mayJoin && isRead && last) last.push(request);
      else runs.push([request]);
      mayJoin = isRead;
    }
    return runs;
  }

  /** The answer to what no node was asked. It costs something all the same: a flood of it is a flood. */
  async refuse(id: JsonRpcId, error: RpcProxyError, caller: RpcCaller): Promise<CallReply> {
    const startMs = performance.now();
    const charged = await this.#deps.budgets.charge(caller, "light").then(
      () => error,
      (beyond: unknown) => this.#toError(beyond, "(none)"),
    );
    this.#count("unknown", "refused", startMs);
    return failure(id, charged);
  }

  /** A call that may be asked, or why not. */
  #read(request: unknown, caller: RpcCaller): CheckedCall | RpcProxyError {
    try {
      const call = readCall(request);
      const rule = ruleOf(call.method, caller.methods, this.#settings);
      checkCall(rule, call.params, this.#settings, this.#deps.view.head?.number);
      return { ...call, rule, lifetime: this.#lifetimeOf(rule, call.params) };
    } catch (error) {
      return this.#toError(error, "(none)");
    }
  }

  async #resolve(
    call: CheckedCall,
    caller: RpcCaller,
    signal: AbortSignal,
    done: (outcome: Outcome) => void,
  ): Promise<Answer> {
    const { cache, budgets } = this.#deps;
    const { method, params, rule, lifetime } = call;
    const key = keyOf(method, params);
    const kept = cache.peek(key, lifetime);
    await budgets.charge(caller, kept === undefined ? rule.weight : "light");
    if (kept !== undefined) {
      done("hit");
      return { kind: "result", text: kept };
    }
    const isShared = cache.isAsked(key, lifetime);
    const isWrite = rule.weight === "write";
    const answer = await cache.ask(key, { method, params, lifetime, isWrite }, signal);
    done(answer.kind === "error" ? "error" : isShared ? "shared" : "miss");
    return answer;
  }

  /** Always never where the chain changes without a new block. */
  #lifetimeOf(rule: MethodRule, params: readonly unknown[]): Lifetime {
    const lifetime = lifetimeOf(rule.lifetime, params);
    return this.#settings.isCaching ? lifetime : { kind: "never" };
  }

  #count(weight: RequestClass, outcome: Outcome, startMs: number): void {
    const { requests, seconds } = this.#deps.metrics;
    requests.inc({ class: weight, outcome });
    seconds.observe({ outcome }, (performance.now() - startMs) / 1_000);
  }

  /** What a client may know of an error. One nobody foresaw is logged, and told without its details. */
  #toError(error: unknown, method: string): RpcProxyError {
    if (error instanceof RpcProxyError) return error;
    this.#deps.logger.error({ method, err: error }, "a JSON-RPC call failed");
    return new RpcProxyError({ code: "RPC_PROXY_INTERNAL" }, { cause: error });
  }
}

interface CheckedCall extends Call {
  readonly rule: MethodRule;
  readonly lifetime: Lifetime;
}

const LONG_KEY = 256;

/** Calls that mean the same have one key, however they write their hex. Its length is bounded. */
function keyOf(method: string, params: readonly unknown[]): string {
  const same = params.map((param) =>
    typeof param === "string" && param.startsWith("0x") ? param.toLowerCase() : param,
  );
  const key = method + JSON.stringify(same);
  if (key.length <= LONG_KEY) return key;
  return method + createHash("sha256").update(key).digest("base64url");
}

function isRequestToRead(request: unknown): boolean {
  if (typeof request !== "object" || request === null || !("method" in request)) return false;
  const { method } = request;
  const rule = typeof method === "string" ? PUBLIC_METHODS.get(method) : undefined;
  return rule !== undefined && rule.weight !== "write";
}

function failure(id: JsonRpcId, error: RpcProxyError): CallReply {
  const { fault } = error;
  const retryAfterMs = "retryAfterMs" in fault ? fault.retryAfterMs : undefined;
  return { text: errorText(id, toJsonRpcError(error)), retryAfterMs };
}
