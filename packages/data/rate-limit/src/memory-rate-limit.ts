import type { Clock } from "@ghostchain/service";
import type { RateAnswer, RateLimit, RateRule } from "./rate-limit.ts";
import { PARTS, partMsOf, retryAfterMs, usedOf } from "./sliding-window.ts";

interface Count {
  readonly parts: number[];
  newestPart: number;
}

/**
 * At most `limit` requests of a key in any `windowMs`, wherever the window begins, so there is no burst across
 * an edge. It counts in parts of a twelfth and takes a part that the window only touches as whole: a key that
 * was refused waits up to a twelfth longer than it must. A key costs 200 bytes and no timer.
 */
export class MemoryRateLimit implements RateLimit {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #partMs: number;
  readonly #keys: number;
  readonly #counts = new Map<string, Count>();

  /** @param keys - beyond this many the one seen longest ago is forgotten */
  constructor(clock: Clock, rule: RateRule, keys: number) {
    this.#clock = clock;
    this.#limit = rule.limit;
    this.#partMs = partMsOf(rule.windowMs);
    this.#keys = keys;
  }

  async take(key: string): Promise<RateAnswer> {
    const nowMs = this.#clock.now();
    const limit = this.#limit;
    const count = this.#countOf(key, Math.floor(nowMs / this.#partMs));
    const used = usedOf(count);
    if (used >= limit) {
      const waitMs = retryAfterMs(count, { limit, partMs: this.#partMs }, nowMs);
      return { allowed: false, limit, remaining: 0, retryAfterMs: waitMs };
    }
    count.parts[PARTS] = (count.parts[PARTS] ?? 0) + 1;
    return { allowed: true, limit, remaining: limit - used - 1, retryAfterMs: 0 };
  }

  /** The count of `key`, moved on to `part`, and now the one seen last. */
  #countOf(key: string, part: number): Count {
    const count = this.#counts.get(key) ?? { parts: Array(PARTS + 1).fill(0), newestPart: part };
    this.#counts.delete(key);
    this.#counts.set(key, count);
    if (this.#counts.size > this.#keys) {
      for (const oldest of this.#counts.keys()) {
        this.#counts.delete(oldest);
        break;
      }
    }
    const passed = Math.min(PARTS + 1, Math.max(0, part - count.newestPart));
    count.parts.splice(0, passed);
    while (count.parts.length <= PARTS) count.parts.push(0);
    count.newestPart = Math.max(part, count.newestPart);
    return count;
  }
}
