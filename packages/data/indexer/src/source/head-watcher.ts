import type { Clock, Logger } from "@ghostchain/service";
import type { RpcConnection } from "../rpc/rpc-connection.ts";
import type { BlockHeader } from "./block.ts";
import type { ChainSource } from "./chain-source.ts";
import { parseHeader } from "./parse-answer.ts";

export interface HeadWatcherDeps {
  readonly source: ChainSource;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often the head is asked for although heads are pushed: for a subscription that died without a word. */
const PUSHED_POLL_MS = 2_000;
/** Between attempts to subscribe, where it failed or was lost. */
const RESUBSCRIBE_MS = 1_000;
const METHOD_NOT_FOUND = -32601;

/**
 * Learns of new heads: pushed by `eth_subscribe` where the connection can, else asked for every `pollMs`. Only the
 * newest counts, so nothing piles up.
 */
export class HeadWatcher {
  readonly #deps: HeadWatcherDeps;
  readonly #pollMs: number;
  readonly #connection: RpcConnection;
  #pushed: BlockHeader | undefined;
  #wake: (() => void) | undefined;
  #subscription: "none" | "on" | "unsupported" = "none";
  #unsubscribe: (() => void) | undefined;
  #subscribeAtMs = 0;

  constructor(deps: HeadWatcherDeps, pollMs: number) {
    this.#deps = deps;
    this.#pollMs = pollMs;
    this.#connection = deps.source.connection;
    if (this.#connection.subscribe === undefined) this.#subscription = "unsupported";
  }

  /** True where new heads come by themselves. */
  get isPushed(): boolean {
    return this.#subscription === "on";
  }

  /** The next head that is pushed, or the current one when it is time to ask. */
  async next(signal: AbortSignal): Promise<BlockHeader> {
    signal.throwIfAborted();
    const subscribed = await this.#subscribe();
    // Heads that came before the subscription were not pushed.
    if (!subscribed && this.#pushed === undefined) await this.#wait(signal);
    const head = this.#pushed;
    this.#pushed = undefined;
    return head ?? this.#deps.source.head();
  }

  /** Ends a wait: `next` resolves with the current head. */
  wake(): void {
    this.#wake?.();
  }

  close(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#subscription = "unsupported";
  }

  /** @returns true when a subscription began just now */
  async #subscribe(): Promise<boolean> {
    const { clock, logger } = this.#deps;
    if (this.#subscription !== "none" || clock.now() < this.#subscribeAtMs) return false;
    this.#subscribeAtMs = clock.now() + RESUBSCRIBE_MS;
    try {
      this.#subscription = "on";
      this.#unsubscribe = await this.#connection.subscribe?.(
        ["newHeads"],
        (result) => this.#receive(result),
        (reason) => this.#lose(reason),
      );
      return true;
    } catch (error) {
      const unsupported = isUnsupported(error);
      this.#subscription = unsupported ? "unsupported" : "none";
      logger.debug({ err: error, unsupported }, "new heads are not pushed");
      return false;
    }
  }

  #receive(result: unknown): void {
    try {
      const seenAtMs = this.#deps.clock.now();
      this.#pushed = { ...parseHeader("eth_subscribe", result), seenAtMs };
    } catch (error) {
      this.#deps.logger.warn({ err: error }, "a pushed head cannot be read");
    }
    this.#wake?.();
  }

  #lose(reason: Error): void {
    this.#deps.logger.warn({ err: reason }, "the subscription to new heads was lost");
    this.#subscription = "none";
    this.#unsubscribe = undefined;
    this.#wake?.();
  }

  /** Until a head is pushed, the subscription is lost, or it is time to ask. */
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

function isUnsupported(error: unknown): boolean {
  const { fault } = error as { fault?: { rpcCode?: number } };
  return fault?.rpcCode === METHOD_NOT_FOUND;
}
