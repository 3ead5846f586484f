import type { Clock } from "@ghostchain/service";
import { unavailable } from "./rate-limit-error.ts";

export interface BatcherSettings {
  /** Of the store, for errors. */
  readonly where: string;
  /** From when a request is added until it is refused for want of an answer. */
  readonly timeoutMs: number;
  /** After a failure nothing is asked for so long, so that a dead store costs its callers no time. */
  readonly pauseMs: number;
}

/** Told of what happens to a store; each change once, however many requests it concerns. */
export interface BatchObserver {
  sent(batch: { readonly size: number; readonly seconds: number }): void;
  refused(count: number): void;
  lost(error: Error): void;
  found(): void;
}

/** Requests in one batch. */
const BATCH_MAX = 1_000;
/** Requests that wait for the batch before them: some 100,000 a second at a store that takes 100 ms. */
const WAITING_MAX = 10_000;
/** Batches given up on that may still hold a connection; beyond this many the store is not asked. */
const HUNG_MAX = 2;

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Sends what is added in one turn of the event loop, and while the batch before is under way, as one batch: under
 * load a store is asked as often as it answers, not as often as requests come.
 */
export class Batcher<Request, Answer> {
  readonly #run: (requests: readonly Request[]) => Promise<readonly Answer[]>;
  readonly #clock: Clock;
  readonly #settings: BatcherSettings;
  readonly #observer: BatchObserver;
  #waiting: Waiting<Request, Answer>[] = [];
  #scheduled = false;
  #hung = 0;
  #failure: { readonly error: Error; readonly untilMs: number } | undefined;

  constructor(
    deps: { readonly clock: Clock; readonly observer: BatchObserver },
    settings: BatcherSettings,
    run: (requests: readonly Request[]) => Promise<readonly Answer[]>,
  ) {
    this.#clock = deps.clock;
    this.#observer = deps.observer;
    this.#settings = settings;
    this.#run = run;
  }

  /** @throws {RateLimitError} `RATE_LIMIT_UNAVAILABLE` */
  add(request: Request): Promise<Answer> {
    const refusal = this.#refusal();
    if (refusal) {
      this.#observer.refused(1);
      return Promise.reject(refusal);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#schedule();
    });
  }

  #refusal(): Error | undefined {
    const { where } = this.#settings;
    if (this.#failure && this.#clock.now() < this.#failure.untilMs) return this.#failure.error;
    if (this.#hung > HUNG_MAX) return this.#failure?.error ?? unavailable(where, "it hangs");
    if (this.#waiting.length < WAITING_MAX) return undefined;
    return unavailable(where, `${WAITING_MAX} requests wait for it already`);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => void this.#drain());
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      const startedAt = performance.now();
      try {
        const answers = await this.#within(this.#run(batch.map(({ request }) => request)));
        this.#observer.sent({
          size: batch.length,
          seconds: (performance.now() - startedAt) / 1000,
        });
        this.#succeed(batch, answers);
      } catch (error) {
        this.#fail(batch, error);
      }
    }
    this.#scheduled = false;
  }

  /** What runs longer is left to end by itself: neither a database nor Redis can take a statement back. */
  async #within(run: Promise<readonly Answer[]>): Promise<readonly Answer[]> {
    const answered = new AbortController();
    const { timeoutMs } = this.#settings;
    const late = this.#clock.sleep(timeoutMs, answered.signal).then(
      () => "late" as const,
      () => "answered" as const,
    );
    try {
      const first = await Promise.race([run, late]);
      if (typeof first !== "string") return first;
      this.#countHung(run);
      throw new Error(`no answer in ${timeoutMs} ms`);
    } finally {
      answered.abort();
    }
  }

  #countHung(run: Promise<unknown>): void {
    this.#hung += 1;
    const end = () => {
      this.#hung -= 1;
    };
    void run.then(end, end);
  }

  #succeed(batch: readonly Waiting<Request, Answer>[], answers: readonly Answer[]): void {
    if (this.#failure) this.#observer.found();
    this.#failure = undefined;
    for (const [index, { resolve, reject }] of batch.entries()) {
      const answer = answers[index];
      if (answer === undefined) reject(unavailable(this.#settings.where, "an answer is missing"));
      else resolve(answer);
    }
  }

  /** All that wait behind the batch fail with it: they would wait for the same store. */
  #fail(batch: readonly Waiting<Request, Answer>[], cause: unknown): void {
    const { where, pauseMs } = this.#settings;
    const error = unavailable(where, cause);
    if (!this.#failure) this.#observer.lost(error);
    this.#failure = { error, untilMs: this.#clock.now() + pauseMs };
    const all = [...batch, ...this.#waiting.splice(0)];
    this.#observer.refused(all.length);
    for (const { reject } of all) reject(error);
  }
}
