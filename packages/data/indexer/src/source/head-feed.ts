import type { Clock, Logger } from "@ghostchain/service";
import { IndexerError } from "../indexer-error.ts";
import { isUnsupported } from "../rpc/refusal.ts";
import type { RpcEndpoint } from "../rpc/rpc-endpoint.ts";
import type { RpcMetrics } from "../rpc/rpc-metrics.ts";
import type { RpcPool } from "../rpc/rpc-pool.ts";

/** How an endpoint tells of new blocks. */
export type SourceKind = "realtime" | "newHeads" | "polling";

export interface HeadFeedDeps {
  readonly pool: RpcPool;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: RpcMetrics | undefined;
}

export interface HeadListener {
  /** A header as it was pushed. */
  onPush(feed: HeadFeed, header: unknown): void;
  /** There is a block that was not pushed, or from now on they are: ask. */
  onHint(feed: HeadFeed): void;
}

/** Between attempts to subscribe, where it failed or was lost. */
const RESUBSCRIBE_MS = 1_000;
/** After a mini-block of the next block, the head that it tells of has this long to be pushed. */
const PUSH_GRACE_MS = 10;
const KINDS: readonly SourceKind[] = ["realtime", "newHeads", "polling"];

/**
 * What one endpoint tells of new blocks by itself. Finds out by trying what it offers, at first and whenever the
 * connection was lost: mini-blocks, of which the first of a block says that the one before is sealed; new heads; or
 * nothing, and then it must be asked.
 */
export class HeadFeed {
  readonly endpoint: RpcEndpoint;
  readonly #deps: HeadFeedDeps;
  readonly #listener: HeadListener;
  #kind: SourceKind = "polling";
  #state: "idle" | "probing" | "on" | "unsupported" | "closed" = "idle";
  #subscribeAtMs = 0;
  #unsubscribes: (() => void)[] = [];
  #miniBlockOf: bigint | undefined;
  /** When it last pushed anything. */
  pushedAtMs = 0;
  #announced: SourceKind | undefined;

  constructor(deps: HeadFeedDeps, endpoint: RpcEndpoint, listener: HeadListener) {
    this.#deps = deps;
    this.endpoint = endpoint;
    this.#listener = listener;
    if (endpoint.connection.subscribe === undefined) this.#state = "unsupported";
  }

  /** True where new heads come by themselves. */
  get isPushed(): boolean {
    return this.#state === "on";
  }

  /** Subscribes if that is due; the listener is told when it worked. */
  refresh(): void {
    const { clock } = this.#deps;
    if (this.#state === "unsupported") this.#announce("polling");
    if (this.#state !== "idle" || clock.now() < this.#subscribeAtMs) return;
    this.#subscribeAtMs = clock.now() + RESUBSCRIBE_MS;
    this.#state = "probing";
    void this.#probe();
  }

  /** Nothing came although there are new blocks: it is dead, whatever its connection says. */
  giveUp(reason: string): void {
    if (this.#state === "on") this.#lose(new Error(reason));
  }

  close(): void {
    this.#end();
    this.#state = "closed";
  }

  async #probe(): Promise<void> {
    const { pool, logger } = this.#deps;
    const { endpoint } = this;
    try {
      await pool.admit(endpoint);
      const mini = await this.#subscribe("miniBlocks", (result) => this.#onMiniBlock(result));
      const heads = await this.#subscribe("newHeads", (result) => this.#onHead(result));
      if (this.#state !== "probing") return this.#end();
      this.#kind = mini ? "realtime" : heads ? "newHeads" : "polling";
      this.#state = mini || heads ? "on" : "unsupported";
      this.pushedAtMs = this.#deps.clock.now();
      this.#announce(this.#kind);
      if (this.#state === "on") this.#listener.onHint(this);
    } catch (error) {
      this.#end();
      if (this.#state === "probing") this.#state = "idle";
      logger.debug({ err: error, endpoint: endpoint.where }, "new heads are not pushed yet");
    }
  }

  /** @returns false where the endpoint does not offer it */
  async #subscribe(what: string, onData: (result: unknown) => void): Promise<boolean> {
    const { subscribe } = this.endpoint.connection;
    if (subscribe === undefined) return false;
    try {
      const onLost = (reason: Error) => this.#lose(reason);
      this.#unsubscribes.push(await subscribe([what], onData, onLost));
      return true;
    } catch (error) {
      if (isNotOffered(what, error)) return false;
      throw error;
    }
  }

  #onHead(result: unknown): void {
    if (this.#state === "closed") return;
    this.pushedAtMs = this.#deps.clock.now();
    this.#listener.onPush(this, result);
  }

  #onMiniBlock(result: unknown): void {
    const { block_number: said } = (result ?? {}) as { block_number?: unknown };
    const number = typeof said === "number" || isQuantity(said) ? BigInt(said) : undefined;
    if (number === undefined || this.#state === "closed") return;
    const isNext = this.#miniBlockOf !== undefined && number > this.#miniBlockOf;
    this.#miniBlockOf = number;
    const { head } = this.endpoint.health;
    if (!isNext || (head !== undefined && head >= number - 1n)) return;
    this.#deps.pool.pause(PUSH_GRACE_MS).then(
      () => {
        const { head: pushed } = this.endpoint.health;
        if (pushed === undefined || pushed < number - 1n) this.#listener.onHint(this);
      },
      () => {
        // The pool was closed.
      },
    );
  }

  #lose(reason: Error): void {
    if (this.#state !== "on" && this.#state !== "probing") return;
    const { where } = this.endpoint;
    this.#deps.logger.warn({ err: reason, endpoint: where }, "the subscription to heads was lost");
    this.#end();
    this.#state = "idle";
    this.#listener.onHint(this);
  }

  #end(): void {
    for (const unsubscribe of this.#unsubscribes) unsubscribe();
    this.#unsubscribes = [];
    this.#miniBlockOf = undefined;
  }

  #announce(kind: SourceKind): void {
    if (this.#announced === kind) return;
    this.#announced = kind;
    const { logger, metrics } = this.#deps;
    const { where, index } = this.endpoint;
    const { chain } = this.#deps.pool;
    logger.info({ endpoint: where, kind }, "found out how new blocks are heard of");
    for (const each of KINDS)
      metrics?.sourceKind.set({ chain, endpoint: index, kind: each }, each === kind ? 1 : 0);
  }
}

const INTERNAL_ERROR = -32603;
const INVALID_PARAMS = -32602;

/** A refusal for good. Every server that pushes has new heads, so of those any other refusal is a bad moment. */
function isNotOffered(what: string, error: unknown): boolean {
  if (!(error instanceof IndexerError) || error.fault.code !== "INDEXER_SOURCE_REFUSED")
    return false;
  const { rpcCode, reason } = error.fault;
  if (rpcCode === INVALID_PARAMS || isUnsupported(rpcCode, reason)) return true;
  return what !== "newHeads" && rpcCode !== INTERNAL_ERROR;
}

function isQuantity(value: unknown): value is string {
  return typeof value === "string" && /^(?:0x[0-9a-fA-F]{1,16}|\d{1,18})$/.test(value);
}
