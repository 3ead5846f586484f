/** How much of a budget is left after one more request. */
export interface RateAnswer {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Until a refused request would be allowed; 0 for one that is. */
  readonly retryAfterMs: number;
}

/** One budget: counts what each key does. Time is the store's, so that processes need not agree on it. */
export interface RateLimit {
  /**
   * At most `limit` takes of a key are allowed in any `windowMs`, wherever the window begins, in all processes
   * that share the store. A refused take costs nothing.
   *
   * @throws {RateLimitError} `RATE_LIMIT_UNAVAILABLE` within the store's timeout when it does not answer
   */
  take(key: string): Promise<RateAnswer>;
}

export interface RateRule {
  /** 1 or more. */
  readonly limit: number;
  readonly windowMs: number;
}
