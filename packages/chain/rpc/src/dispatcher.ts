import { setImmediate as nextTurn } from "node:timers/promises";
import { nestsDeeperThan } from "@ghostchain/encoding";
import { type Clock, type Logger, type Metrics, systemClock } from "@ghostchain/service";
import type { RpcBackend } from "./backend.ts";
import type { RpcEnvironment } from "./environment.ts";
import { FilterStore } from "./filter-store.ts";
import {
  type Call,
  failure,
  idOf,
  type JsonRpcId,
  type JsonRpcResponse,
  readCall,
  success,
} from "./json-rpc.ts";
import { DEFAULT_LIMITS, type RpcLimits } from "./limits.ts";
import type { MethodTable, RpcMethod } from "./method.ts";
import { allMethods } from "./methods/all-methods.ts";
import { createDispatcherMetrics, type DispatcherMetrics } from "./metrics.ts";
import { RpcError } from "./rpc-error.ts";
import type { RpcSession } from "./session.ts";
import { SubscriptionHub } from "./subscription-hub.ts";
import { faultCodeOf } from "./transaction-rejection.ts";

/** How long a batch may hold the event loop before others get a turn. */
const SLICE_MS = 10;

export interface DispatcherDeps {
  readonly backend: RpcBackend;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  readonly clock?: Clock | undefined;
}

export interface DispatcherOptions {
  readonly limits?: Partial<RpcLimits>;
  /** Methods beside those of this package, which they may replace. */
  readonly methods?: (environment: RpcEnvironment) => MethodTable;
}

/** Answers JSON-RPC requests, whatever carried them here. It never throws and never rejects. */
export interface RpcDispatcher {
  /** What can be called, by name. */
  readonly methods: ReadonlyMap<string, RpcMethod>;
  /** One request as a value; undefined for a notification, which wants no answer. */
  handle(request: unknown, session: RpcSession): Promise<JsonRpcResponse | undefined>;
  /** A request or a batch as text; undefined when nothing in it wants an answer. */
  handleText(text: string, session: RpcSession): Promise<string | undefined>;
  /** Stops listening to the chain. */
  close(): void;
}

export function createRpcDispatcher(
  deps: DispatcherDeps,
  options: DispatcherOptions = {},
): RpcDispatcher {
  return new Dispatcher(deps, options);
}

class Dispatcher implements RpcDispatcher {
  readonly #limits: RpcLimits;
  readonly #logger: Logger;
  readonly #metrics: DispatcherMetrics | undefined;
  readonly #environment: RpcEnvironment;
  /** A map, so that no request finds `constructor` or `__proto__` in it. */
  readonly methods: ReadonlyMap<string, RpcMethod>;
  readonly #devMethods: ReadonlySet<string>;

  constructor(deps: DispatcherDeps, options: DispatcherOptions) {
    const { backend, logger } = deps;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const filters = new FilterStore(backend, limits, deps.clock ?? systemClock);
    const subscriptions = new SubscriptionHub(backend, limits);
    this.#limits = limits;
    this.#logger = logger;
    this.#metrics =
      deps.metrics &&
      createDispatcherMetrics(deps.metrics, { subscriptions: () => subscriptions.count() });
    this.#environment = { backend, limits, filters, subscriptions };
    const { open, dev } = allMethods(this.#environment);
    const added = options.methods?.(this.#environment) ?? {};
    this.methods = new Map(Object.entries({ ...open, ...dev, ...added }));
    this.#devMethods = new Set(Object.keys(dev));
  }

  async handle(request: unknown, session: RpcSession): Promise<JsonRpcResponse | undefined> {
    let call: Call;
    try {
      call = readCall(request);
    } catch (error) {
      return failure(idOf(request), this.#toRpcError(error, "(none)"));
    }
    const startMs = performance.now();
    let response: JsonRpcResponse;
    try {
      const result = await this.#methodFor(call, session).call(call.params, session);
      response = success(call.id ?? null, result);
    } catch (error) {
      response = failure(call.id ?? null, this.#toRpcError(error, call.method));
    }
    this.#count(call, response, startMs);
    return call.id === undefined ? undefined : response;
  }

  async handleText(text: string, session: RpcSession): Promise<string | undefined> {
    const { jsonDepth } = this.#limits;
    if (nestsDeeperThan(jsonDepth, text)) {
      return refusal(`nested deeper than ${jsonDepth} arrays and objects`);
    }
    let request: unknown;
    try {
      request = JSON.parse(text);
    } catch {
      return JSON.stringify(failure(null, new RpcError({ code: "RPC_PARSE_FAILED" })));
    }
    if (Array.isArray(request)) return await this.#handleBatch(request, session);
    return await this.#answer(request, session, this.#limits.responseBytes);
  }

  close(): void {
    this.#environment.filters.close();
    this.#environment.subscriptions.close();
  }

  /** In order: what one item sends, a later one may ask for. Neighbours that may run together do. */
  async #handleBatch(batch: readonly unknown[], session: RpcSession): Promise<string | undefined> {
    const { batchItems, responseBytes } = this.#limits;
    if (batch.length === 0) return refusal("empty batch");
    if (batch.length > batchItems) {
      return refusal(`batch too large: ${batch.length} requests, at most ${batchItems}`);
    }
    const answers: string[] = [];
    let sizeBytes = 2;
    let sliceEndsMs = performance.now() + SLICE_MS;
    for (const run of this.#runsOf(batch)) {
      if (performance.now() > sliceEndsMs) {
        await nextTurn();
        sliceEndsMs = performance.now() + SLICE_MS;
      }
      const roomBytes = responseBytes - sizeBytes;
      const texts = run.map((request) => this.#answer(request, session, roomBytes));
      for (const text of await Promise.all(texts)) {
        if (text === undefined) continue;
        answers.push(text);
        sizeBytes += text.length + 1;
      }
    }
    return answers.length === 0 ? undefined : `[${answers.join(",")}]`;
  }

  /** The batch cut into what may run together: neighbours of one method that says so, else one by one. */
  #runsOf(batch: readonly unknown[]): unknown[][] {
    const runs: unknown[][] = [];
    let last: string | undefined;
    for (const request of batch) {
      const name = methodNameOf(request);
      const isSame = name !== undefined && name === last;
      const run = runs.at(-1);
      if (run && isSame && this.methods.get(name)?.runsTogether) run.push(request);
      else runs.push([request]);
      last = name;
    }
    return runs;
  }

  /** The answer as text; an error instead of one that has more than `roomBytes`. */
  async #answer(
    request: unknown,
    session: RpcSession,
    roomBytes: number,
  ): Promise<string | undefined> {
    if (roomBytes <= 0) return this.#tooLarge(idOf(request));
    const response = await this.handle(request, session);
    if (response === undefined) return undefined;
    const text = JSON.stringify(response);
    return text.length <= roomBytes ? text : this.#tooLarge(response.id);
  }

  #tooLarge(id: JsonRpcId): string {
    const problem = `response exceeds ${this.#limits.responseBytes} bytes: ask for less at once`;
    return JSON.stringify(failure(id, new RpcError({ code: "RPC_LIMIT_EXCEEDED", problem })));
  }

  #methodFor({ method }: Call, session: RpcSession): RpcMethod {
    const found = this.methods.get(method);
    if (found && (session.mayControl || !this.#devMethods.has(method))) return found;
    const name = method.length > 100 ? `${method.slice(0, 97)}...` : method;
    throw new RpcError({ code: "RPC_METHOD_UNKNOWN", method: name });
  }

  #count({ method }: Call, response: JsonRpcResponse, startMs: number): void {
    if (!this.#metrics) return;
    const outcome = "error" in response ? "error" : "ok";
    this.#metrics.requests.inc({
      method: this.methods.has(method) ? method : "unknown",
      outcome,
    });
    this.#metrics.requestSeconds.observe((performance.now() - startMs) / 1_000);
  }

  /** What a client may know of an error. One nobody foresaw is logged, and told without its details. */
  #toRpcError(error: unknown, method: string): RpcError {
    if (error instanceof RpcError) return error;
    if (error instanceof Error && faultCodeOf(error) !== undefined) {
      return new RpcError({ code: "RPC_FAILED", problem: error.message }, { cause: error });
    }
    this.#logger.error({ method, err: error }, "JSON-RPC method failed");
    return new RpcError({ code: "RPC_INTERNAL" }, { cause: error });
  }
}

function methodNameOf(request: unknown): string | undefined {
  if (typeof request !== "object" || request === null || !("method" in request)) return undefined;
  return typeof request.method === "string" ? request.method : undefined;
}

function refusal(problem: string): string {
  return JSON.stringify(failure(null, new RpcError({ code: "RPC_REQUEST_INVALID", problem })));
}
