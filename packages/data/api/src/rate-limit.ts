/** How much of a budget is left after one more request. */
export interface RateAnswer {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Until a refused request would be allowed; 0 for one that is. */
  readonly retryAfterMs: number;
}

/** Counts what each key does. In memory here; a store that several processes share has the same face. */
export interface RateLimit {
  take(key: string, nowMs: number): Promise<RateAnswer>;
}

export interface RateRule {
  readonly limit: number;
  readonly windowMs: number;
  /** Beyond this many keys the one seen longest ago is forgotten. */
  readonly keys: number;
}

/** A window is counted in so many parts. */
const PARTS = 12;

interface Count {
  /** Requests in each part of time that the window touches: the newest part and `PARTS` before it. */
  readonly parts: number[];
  newestPart: number;
}

/**
 * At most `limit` requests of a key in any `windowMs`, wherever the window begins, so there is no burst across
 * an edge. It counts in parts of a twelfth and takes a part that the window only touches as whole: a key that
 * was refused waits up to a twelfth longer than it must. A key costs 200 bytes and no timer.
 */
export class MemoryRateLimit implements RateLimit {
  readonly #rule: RateRule;
  readonly #partMs: number;
  readonly #counts = new Map<string, Count>();

  constructor(rule: RateRule) {
    this.#rule = rule;
    this.#partMs = rule.windowMs / PARTS;
  }

  async take(key: string, nowMs: number): Promise<RateAnswer> {
    const { limit } = this.#rule;
    const count = this.#countOf(key, Math.floor(nowMs / this.#partMs));
    const used = count.parts.reduce((sum, part) => sum + part, 0);
    if (used >= limit) {
      const retryAfterMs = this.#retryAfterMs(count, used, nowMs);
      return { allowed: false, limit, remaining: 0, retryAfterMs };
    }
    count.parts[PARTS] = (count.parts[PARTS] ?? 0) + 1;
    return { allowed: true, limit, remaining: limit - used - 1, retryAfterMs: 0 };
  }

  /** The count of `key`, moved on to `part`, and now the one seen last. */
  #countOf(key: string, part: number): Count {
    const count = this.#counts.get(key) ?? { parts: Array(PARTS + 1).fill(0), newestPart: part };
    this.#counts.delete(key);
    this.#counts.set(key, count);
    if (this.#counts.size > this.#rule.keys) {
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

  /** When enough of the oldest parts have left the window. */
  #retryAfterMs(count: Count, used: number, nowMs: number): number {
    let left = used;
    for (const [index, part] of count.parts.entries()) {
      left -= part;
      if (left >= this.#rule.limit) continue;
      const leavesAtMs = (count.newestPart + index + 1) * this.#partMs;
      return Math.max(1, Math.ceil(leavesAtMs - nowMs));
    }
    return this.#rule.windowMs;
  }
}
