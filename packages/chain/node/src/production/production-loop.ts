import type { Producer } from "@ghostchain/consensus";
import type { Clock, Logger } from "@ghostchain/service";

export interface ProductionLoopDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Asked anew each time: a dev chain may change who produces and when. */
  producer(): Producer;
  hasPending(): boolean;
  /** Makes the block that is due; false when there was none to make after all. */
  produce(): Promise<boolean>;
}

/** After a block could not be made, so that a full disk does not become a busy loop. */
const RETRY_MS = 1_000;

/** Sleeps until the producer's next block is due, has it made, and begins again. */
export class ProductionLoop {
  readonly #deps: ProductionLoopDeps;
  #lastBlockAtMs = 0;
  #stopped = true;
  #wakeUp = new AbortController();
  #sleepsUntilMs: number | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: ProductionLoopDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#lastBlockAtMs = this.#deps.clock.now();
    this.#running = this.#run();
  }

  /** Settles after the block being made, if any. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeUp.abort();
    await this.#running;
  }

  /** A transaction came: a block may be due earlier than thought. Cheap while one is being made. */
  poke(): void {
    if (this.#wakeUp.signal.aborted) return;
    const dueAtMs = this.#dueAtMs();
    if (dueAtMs === undefined) return;
    if (this.#sleepsUntilMs === undefined || dueAtMs < this.#sleepsUntilMs) this.#wakeUp.abort();
  }

  /** The producer is another: what was due may not be any more. */
  reschedule(): void {
    this.#lastBlockAtMs = this.#deps.clock.now();
    this.#wakeUp.abort();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const nowMs = this.#deps.clock.now();
      const dueAtMs = this.#dueAtMs();
      if (dueAtMs === undefined || dueAtMs > nowMs) {
        await this.#sleepUntil(dueAtMs);
      } else {
        this.#lastBlockAtMs = nowMs;
        if (!(await this.#produce())) await this.#sleepUntil(nowMs + RETRY_MS);
      }
    }
  }

  #dueAtMs(): number | undefined {
    const { clock, producer, hasPending } = this.#deps;
    return producer().dueAtMs({
      nowMs: clock.now(),
      lastBlockAtMs: this.#lastBlockAtMs,
      get hasPending() {
        return hasPending();
      },
    });
  }

  async #produce(): Promise<boolean> {
    try {
      return await this.#deps.produce();
    } catch (error) {
      this.#deps.logger.error({ err: error }, "block not produced");
      return false;
    }
  }

  /** Undefined: until woken. */
  async #sleepUntil(untilMs: number | undefined): Promise<void> {
    const { signal } = this.#wakeUp;
    this.#sleepsUntilMs = untilMs;
    try {
      if (untilMs === undefined) await aborted(signal);
      else await this.#deps.clock.sleep(untilMs - this.#deps.clock.now(), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#sleepsUntilMs = undefined;
      if (signal.aborted) this.#wakeUp = new AbortController();
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}
