import type { Clock, Logger } from "@ghostchain/service";
import type { RpcMetrics } from "../rpc/rpc-metrics.ts";
import type { BlockHeader } from "./block.ts";
import type { ChainSource } from "./chain-source.ts";
import { HeadFeed } from "./head-feed.ts";

export interface HeadWatcherDeps {
  readonly source: ChainSource;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: RpcMetrics | undefined;
}

/** How often the head is asked for although heads are pushed: for a subscription that died without a word. */
const PUSHED_POLL_MS = 2_000;
/** A subscription that was silent for as long while others told of new blocks is dead. */
const SILENT_MS = 5_000;
/** Of several endpoints that do not push, those that are not the best are asked this often. */
const OTHERS_POLL_MS = 1_000;
const HEADS_REMEMBERED = 1_024;

/**
 * Learns of new heads from every endpoint at once: what they push, and where none pushes what they answer every
 * `pollMs`. The first that tells of a block wins. Only the newest counts, so nothing piles up.
 */
export class HeadWatcher {
  readonly #deps: HeadWatcherDeps;
  readonly #pollMs: number;
  readonly #feeds: readonly HeadFeed[];
  /** Who told first of the last blocks. */
  readonly #told = new Map<string, HeadFeed>();
  #newest: BlockHeader | undefined;
  #hinted = false;
  #wake: (() => void) | undefined;
  #polledOthersAtMs = 0;
  /** The highest block that was handed on, and the last that was found by asking only. */
  #highest: bigint | undefined;
  #unpushed: string | undefined;

  constructor(deps: HeadWatcherDeps, pollMs: number) {
    this.#deps = deps;
    this.#pollMs = pollMs;
    const { pool } = deps.source;
    const listener = {
      onPush: (feed: HeadFeed, header: unknown) => this.#receive(feed, header),
      onHint: (feed: HeadFeed) => this.#hint(feed),
    };
    this.#feeds = pool.endpoints.map((each) => new HeadFeed({ ...deps, pool }, each, listener));
  }

  /** True where new heads come by themselves. */
  get isPushed(): boolean {
    const good = new Set(this.#deps.source.pool.good());
    return this.#feeds.some(({ isPushed, endpoint }) => isPushed && good.has(endpoint));
  }

  /** The next head that is pushed, or the current one when it is time to ask. */
  async next(signal: AbortSignal): Promise<BlockHeader> {
    signal.throwIfAborted();
    for (const feed of this.#feeds) feed.refresh();
    if (!this.#hinted && this.#newest === undefined) await this.#wait(signal);
    const pushed = this.#newest;
    this.#newest = undefined;
    if (pushed) {
      this.#note(pushed);
      return pushed;
    }
    this.#hinted = false;
    this.#pollOthers();
    const head = await this.#deps.source.head();
    this.#giveUpSilent(head);
    return head;
  }

  /** Ends a wait: `next` resolves with the current head. */
  wake(): void {
    this.#hinted = true;
    this.#wake?.();
  }

  close(): void {
    for (const feed of this.#feeds) feed.close();
  }

  #receive(feed: HeadFeed, pushed: unknown): void {
    const { source, clock, logger } = this.#deps;
    const { endpoint } = feed;
    try {
      const head = source.parseHead(endpoint, "eth_subscribe", pushed);
      source.pool.sawHead(endpoint, head.number);
      this.#take(feed, { ...head, seenAtMs: clock.now() });
    } catch (error) {
      logger.debug({ err: error, endpoint: endpoint.where }, "a pushed head cannot be read");
      this.#hint(feed);
    }
  }

  #take(feed: HeadFeed, head: BlockHeader): void {
    if (!this.#isHeard(feed)) return;
    const first = this.#told.get(head.hash);
    // Whoever says it again knows no more; but who says it twice has gone back to it.
    if (first !== undefined && first !== feed) return;
    this.#told.set(head.hash, feed);
    const [oldest] = this.#told.keys();
    if (this.#told.size > HEADS_REMEMBERED && oldest) this.#told.delete(oldest);
    const isOlder = this.#newest !== undefined && head.number < this.#newest.number;
    if (isOlder && this.#newest?.from !== feed.endpoint) return;
    this.#newest = head;
    this.#wake?.();
  }

  /** One that is not believed is not heard, unless nobody else is there. */
  #isHeard({ endpoint }: HeadFeed): boolean {
    const good = this.#deps.source.pool.good();
    return good.length === 0 || good.includes(endpoint);
  }

  /** Of several endpoints the one that has news is asked; of one alone, whoever waits asks. */
  #hint(feed: HeadFeed): void {
    if (this.#feeds.length === 1) this.wake();
    else void this.#ask(feed);
  }

  async #ask(feed: HeadFeed): Promise<void> {
    const { source } = this.#deps;
    try {
      await source.pool.admit(feed.endpoint);
      this.#take(feed, await source.headAt(feed.endpoint));
    } catch (error) {
      source.pool.blame(feed.endpoint, error);
    }
  }

  /** So that one which is best by all other measures, but stands still, is found out. */
  #pollOthers(): void {
    const { source, clock } = this.#deps;
    if (this.#feeds.length === 1 || clock.now() - this.#polledOthersAtMs < OTHERS_POLL_MS) return;
    this.#polledOthersAtMs = clock.now();
    const good = new Set(source.pool.good());
    for (const feed of this.#feeds)
      if (!feed.isPushed && good.has(feed.endpoint) && feed.endpoint !== source.pool.best)
        void this.#ask(feed);
  }

  /** A block that was found by asking, and that nobody had pushed when it was asked again: who pushes is dead. */
  #giveUpSilent(head: BlockHeader): void {
    const now = this.#deps.clock.now();
    const wasMissed = this.#unpushed !== undefined && !this.#told.has(this.#unpushed);
    const isNew = this.#highest !== undefined && head.number > this.#highest;
    this.#unpushed = isNew ? head.hash : undefined;
    this.#note(head);
    for (const feed of this.#feeds)
      if (wasMissed && feed.isPushed && now - feed.pushedAtMs > SILENT_MS)
        feed.giveUp("nothing was pushed, though there are new blocks");
  }

  #note({ number }: BlockHeader): void {
    if (this.#highest === undefined || number > this.#highest) this.#highest = number;
  }

  /** Until a head is pushed, something is hinted at, or it is time to ask. */
  async #wait(signal: AbortSignal): Promise<void> {
    // Not AbortSignal.any: one a wait would stay with the long-lived signal until it is collected.
    const woken = new AbortController();
    const wake = () => woken.abort();
    signal.addEventListener("abort", wake);
    this.#wake = wake;
    const pollMs = this.isPushed ? Math.max(PUSHED_POLL_MS, this.#pollMs) : this.#pollMs;
    try {
      await this.#deps.clock.sleep(pollMs, woken.signal);
    } catch {
      signal.throwIfAborted();
    } finally {
      signal.removeEventListener("abort", wake);
      this.#wake = undefined;
    }
  }
}
