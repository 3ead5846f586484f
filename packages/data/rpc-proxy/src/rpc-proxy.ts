import { nestsDeeperThan } from "@ghostchain/encoding";
import type { RateLimits } from "@ghostchain/rate-limit";
import type { Clock, Health, Logger, Metrics, Service } from "@ghostchain/service";
import { AnswerCache } from "./answer-cache.ts";
import type { AnswerStore } from "./answer-store.ts";
import { Budgets } from "./budgets.ts";
import { CallDesk, type CallReply, type RpcCaller } from "./call-desk.ts";
import type { ChainIdentity } from "./head-follower.ts";
import { errorText, idOf, type JsonRpcId } from "./json-rpc.ts";
import { createRpcProxyMetrics } from "./metrics.ts";
import { createRedisStore, type RedisStoreSettings } from "./redis-store.ts";
import { DEFAULT_RPC_PROXY_LIMITS, type RpcProxyLimits } from "./rpc-limits.ts";
import { RpcProxyError, type RpcProxyFault, toJsonRpcError } from "./rpc-proxy-error.ts";
import { connectUpstream } from "./upstream/connect-upstream.ts";
import type { Eip1193Provider } from "./upstream/provider-upstream.ts";
import { UpstreamPool } from "./upstream-pool.ts";

export interface RpcProxyParts {
  /** Counts what callers ask for; started before. */
  readonly rateLimits: Pick<RateLimits, "budget">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
}

export interface RpcProxyOptions {
  /** URLs (`http`, `https`, `ws`, `wss`) of nodes of one chain, or a chain in this process. */
  readonly upstreams: readonly (string | Eip1193Provider)[];
  /** An upstream of another chain is not asked. */
  readonly chainId?: number;
  readonly limits?: Partial<RpcProxyLimits>;
  /**
   * Lets control of the chain and its accounts through, for development chains. Such a chain changes without a new
   * block, so nothing is kept.
   */
  readonly devMethods?: boolean;
  /**
   * `off` for a development chain that others control beside us: what they change shows without a new block. Always
   * off with `devMethods`.
   */
  readonly cache?: "on" | "off";
  /** Where answers that never change are shared with other processes. */
  readonly redis?: RedisStoreSettings;
  /** For answers kept in this process. Default 64 MiB. */
  readonly cacheBytes?: number;
  /** How often each upstream is asked for its head. Default 1 s; where heads are pushed it is the fallback. */
  readonly pollMs?: number;
  /** Answers of one block are not given again once the head was not confirmed for so long. Default 5 s. */
  readonly staleAfterMs?: number;
  /** For chains whose nodes know no `finalized`: blocks below the head that count as such. */
  readonly finalityDepth?: number;
}

/** What to answer over HTTP. */
export interface RpcReply {
  /** 204 where nothing in the request wants an answer; 429 for one call beyond its budget. */
  readonly status: 200 | 204 | 429;
  readonly body: string | undefined;
  readonly retryAfterMs: number | undefined;
}

/** JSON-RPC to the nodes of a chain, through a cache that knows what may still change. */
export interface RpcProxy extends Service {
  /** A request or a batch as text. Rejects only with the signal's reason. */
  handle(body: string, caller: RpcCaller, signal: AbortSignal): Promise<RpcReply>;
}

/** @throws {RpcProxyError} `RPC_PROXY_UPSTREAM_URL_MALFORMED`, `RPC_PROXY_STORE_URL_MALFORMED` */
export function createRpcProxy(parts: RpcProxyParts, options: RpcProxyOptions): RpcProxy {
  return new CachingProxy(parts, options);
}

const HEALTH_EVERY_MS = 1_000;
const SERVICE = "rpc-proxy";

class CachingProxy implements RpcProxy {
  readonly name = SERVICE;
  readonly #parts: RpcProxyParts;
  readonly #limits: RpcProxyLimits;
  readonly #pool: UpstreamPool;
  readonly #cache: AnswerCache;
  readonly #shared: AnswerStore | undefined;
  readonly #desk: CallDesk;
  readonly #ending = new AbortController();
  #watching: Promise<void> = Promise.resolve();

  constructor(parts: RpcProxyParts, options: RpcProxyOptions) {
    const logger = parts.logger.child({ module: SERVICE });
    const { devMethods = false, cacheBytes = 64 * 1024 * 1024, redis } = options;
    const limits = { ...DEFAULT_RPC_PROXY_LIMITS, ...options.limits };
    const metrics = createRpcProxyMetrics(parts.metrics, {
      cacheBytes: () => this.#cache.bytes,
      headNumber: () => this.#pool.view.head?.number ?? 0,
      upstreamRequests: () => this.#pool.gate.inside,
      queue: () => this.#pool.gate.waiting,
    });
    const onError = () => metrics.storeErrors.inc();
    this.#parts = { ...parts, logger };
    this.#limits = limits;
    const isCaching = options.cache !== "off" && !devMethods;
    this.#shared = redis && isCaching ? createRedisStore({ logger, onError }, redis) : undefined;
    this.#pool = this.#createPool(options, () => metrics.upstreamFailures.inc());
    this.#cache = new AnswerCache(
      {
        view: this.#pool.view,
        now: () => parts.clock.now(),
        send: (call, how, signal) => this.#pool.send(call, how, signal),
        hurry: () => this.#pool.hurry(),
        shared: this.#shared,
      },
      { lastingBytes: (cacheBytes * 3) / 4, headBytes: cacheBytes / 4 },
    );
    this.#desk = new CallDesk(
      {
        cache: this.#cache,
        view: this.#pool.view,
        budgets: new Budgets({ rateLimits: parts.rateLimits, logger }, limits.perMinute),
        metrics,
        logger,
      },
      { ...limits, devMethods, isCaching, filters: options.upstreams.length === 1 },
    );
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#shared?.start(signal);
    await this.#pool.start(signal);
    this.#watching = this.#watch();
  }

  async stop(): Promise<void> {
    this.#ending.abort(new Error("the proxy stops"));
    await this.#watching;
    await this.#pool.stop();
    await this.#shared?.stop();
    this.#parts.health.set(SERVICE, "stopped");
  }

  async handle(body: string, caller: RpcCaller, signal: AbortSignal): Promise<RpcReply> {
    const { jsonDepth } = this.#limits;
    if (nestsDeeperThan(jsonDepth, body)) {
      const problem = `nested deeper than ${jsonDepth} arrays and objects`;
      return await this.#refuse({ code: "RPC_PROXY_REQUEST_INVALID", problem }, caller);
    }
    let request: unknown;
    try {
      request = JSON.parse(body);
    } catch {
      return await this.#refuse({ code: "RPC_PROXY_PARSE_FAILED" }, caller);
    }
    if (Array.isArray(request)) return await this.#handleBatch(request, caller, signal);
    const reply = await this.#desk.answer(request, caller, signal);
    if (reply === undefined) return NO_CONTENT;
    return single(reply);
  }

  /** Reads together, and each write alone: what one item sends, a later one may ask for. */
  async #handleBatch(
    batch: readonly unknown[],
    caller: RpcCaller,
    signal: AbortSignal,
  ): Promise<RpcReply> {
    const { batchItems, responseBytes } = this.#limits;
    if (batch.length === 0 || batch.length > batchItems) {
      const problem = `a batch has 1 to ${batchItems} requests: this one has ${batch.length}`;
      return await this.#refuse({ code: "RPC_PROXY_REQUEST_INVALID", problem }, caller);
    }
    const texts: string[] = [];
    let sizeBytes = 0;
    for (const run of this.#desk.runsOf(batch)) {
      const replies = run.map(async (request) => {
        if (sizeBytes > responseBytes) return tooLarge(idOf(request), responseBytes);
        const reply = await this.#desk.answer(request, caller, signal);
        if (reply === undefined) return undefined;
        sizeBytes += reply.text.length;
        return sizeBytes > responseBytes ? tooLarge(idOf(request), responseBytes) : reply.text;
      });
      for (const text of await Promise.all(replies)) if (text !== undefined) texts.push(text);
    }
    if (texts.length === 0) return NO_CONTENT;
    return { status: 200, body: `[${texts.join(",")}]`, retryAfterMs: undefined };
  }

  async #refuse(fault: RpcProxyFault, caller: RpcCaller): Promise<RpcReply> {
    return single(await this.#desk.refuse(null, new RpcProxyError(fault), caller));
  }

  #createPool(options: RpcProxyOptions, onFailure: () => void): UpstreamPool {
    const { clock, logger } = this.#parts;
    const { responseBytes, concurrency } = this.#limits;
    const upstreams = options.upstreams.map((target, index) =>
      // a few more than clients can take up: heads are asked for beside them
      connectUpstream(target, index, { responseBytes, connections: concurrency + 4 }),
    );
    return new UpstreamPool(
      {
        ...{ upstreams, clock, logger, onFailure },
        onChain: (identity) => this.#cache.setChain(nameOf(identity)),
        onFinalityBroken: () => void this.#shared?.clear(),
      },
      {
        ...this.#limits,
        chainId: options.chainId,
        pollMs: options.pollMs ?? 1_000,
        staleAfterMs: options.staleAfterMs ?? 5_000,
        finalityDepth: options.finalityDepth,
      },
    );
  }

  async #watch(): Promise<void> {
    const { clock, health } = this.#parts;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const problem = this.#pool.problem();
      if (problem === undefined) health.set(SERVICE, "ready");
      else health.set(SERVICE, "failing", problem);
      await clock.sleep(HEALTH_EVERY_MS, signal).catch(() => {
        // at the end, which the loop sees
      });
    }
  }
}

const NO_CONTENT: RpcReply = { status: 204, body: undefined, retryAfterMs: undefined };

function nameOf({ chainId, genesis }: ChainIdentity): string {
  return `${chainId}:${genesis}:`;
}

function single({ text, retryAfterMs }: CallReply): RpcReply {
  return { status: retryAfterMs === undefined ? 200 : 429, body: text, retryAfterMs };
}

function tooLarge(id: JsonRpcId, limitBytes: number): string {
  const problem = `the answer exceeds ${limitBytes} bytes: ask for less at once`;
  return errorText(
    id,
    toJsonRpcError(new RpcProxyError({ code: "RPC_PROXY_LIMIT_EXCEEDED", problem })),
  );
}
