import type { Clock } from "@ghostchain/service";
import type { Batcher } from "./batcher.ts";
import type { RateAnswer, RateLimit, RateRule } from "./rate-limit.ts";
import type { CountAnswer, CountRequest, SharedStore } from "./shared-store.ts";
import { partMsOf } from "./sliding-window.ts";
import { storeKey } from "./store-key.ts";

/** One take, as it waits for its batch. */
export type Take = Omit<CountRequest, "wanted">;

/** Refusals remembered; beyond this many the oldest is forgotten, and its key asks the store again. */
const REFUSALS_MAX = 10_000;

/** A budget in a store that several processes share. */
export class SharedRateLimit implements RateLimit {
  readonly #clock: Clock;
  readonly #batcher: Batcher<Take, RateAnswer>;
  readonly #prefix: string;
  readonly #limit: number;
  readonly #partMs: number;
  /** Until when each key is refused: nothing but time can change that, so a flood of refusals asks nobody. */
  readonly #refusedUntilMs = new Map<string, number>();

  constructor(
    deps: { readonly clock: Clock; readonly batcher: Batcher<Take, RateAnswer> },
    name: string,
    rule: RateRule,
  ) {
    this.#clock = deps.clock;
    this.#batcher = deps.batcher;
    // The window is part of the name: counts of another window mean something else.
    this.#prefix = `${name}/${rule.windowMs}`;
    this.#limit = rule.limit;
    this.#partMs = partMsOf(rule.windowMs);
  }

  async take(key: string): Promise<RateAnswer> {
    const id = storeKey(this.#prefix, key);
    const waitMs = this.#refusedForMs(id);
    if (waitMs > 0) {
      return { allowed: false, limit: this.#limit, remaining: 0, retryAfterMs: waitMs };
    }
    const answer = await this.#batcher.add({ id, limit: this.#limit, partMs: this.#partMs });
    if (!answer.allowed) this.#remember(id, answer.retryAfterMs);
    return answer;
  }

  #refusedForMs(id: string): number {
    const untilMs = this.#refusedUntilMs.get(id);
    if (untilMs === undefined) return 0;
    const waitMs = untilMs - this.#clock.now();
    // A clock that was set back must not lengthen a refusal.
    if (waitMs > 0 && waitMs <= REFUSAL_MAX_PARTS * this.#partMs) return waitMs;
    this.#refusedUntilMs.delete(id);
    return 0;
  }

  #remember(id: string, retryAfterMs: number): void {
    if (this.#refusedUntilMs.size >= REFUSALS_MAX) {
      for (const oldest of this.#refusedUntilMs.keys()) {
        this.#refusedUntilMs.delete(oldest);
        break;
      }
    }
    this.#refusedUntilMs.set(id, this.#clock.now() + retryAfterMs);
  }
}

/** A window and the part it only touches. */
const REFUSAL_MAX_PARTS = 13;

/** Takes of one key in a batch are one request; the first of them are granted. */
export async function countTakes(
  store: SharedStore,
  takes: readonly Take[],
): Promise<RateAnswer[]> {
  const wanted = new Map<string, CountRequest>();
  for (const take of takes) {
    wanted.set(take.id, { ...take, wanted: (wanted.get(take.id)?.wanted ?? 0) + 1 });
  }
  // In one order in every process, so that two statements never wait for each other.
  const requests = [...wanted.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const counted = await store.count(requests);
  const answers = new Map<string, CountAnswer>();
  for (const [index, { id }] of requests.entries()) {
    const answer = counted[index];
    if (answer) answers.set(id, answer);
  }
  const taken = new Map<string, number>();
  return takes.map(({ id, limit }) => {
    const { used, granted, retryAfterMs } = answers.get(id) ?? MISSING;
    const index = taken.get(id) ?? 0;
    taken.set(id, index + 1);
    return index < granted
      ? { allowed: true, limit, remaining: Math.max(0, limit - used - index - 1), retryAfterMs: 0 }
      : { allowed: false, limit, remaining: 0, retryAfterMs };
  });
}

/** Never reached with a store that answers as its port says; refuses if it is. */
const MISSING: CountAnswer = { used: 0, granted: 0, retryAfterMs: 1000 };
