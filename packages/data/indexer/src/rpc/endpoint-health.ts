/** What became of a request or of a task of several. */
export type Outcome = "ok" | "unreachable" | "busy" | "refused" | "behind" | "inconsistent";

/** How an endpoint may be used now, from the best to the worst. */
export type Standing = "good" | "resting" | "quarantined" | "excluded";

/** Weights of the newest sample. */
const LATENCY_WEIGHT = 0.2;
const ERROR_WEIGHT = 0.1;
const LATENCY_FIRST_MS = 20;
/** Latency of an endpoint that always fails counts this many times. */
const ERROR_FACTOR = 20;
/** What a block that an endpoint does not have yet counts for, and no more of them than this. */
const LAG_COST_MS = 20;
const LAG_BLOCKS_MAX = 500n;

const REST_FIRST_MS = 100;
const REST_MAX_MS = 30_000;
const QUARANTINE_FIRST_MS = 2_000;
const QUARANTINE_MAX_MS = 600_000;
/** A lie is forgotten after so long without another. */
const LIE_MEMORY_MS = 1_800_000;
const EXCLUSION_MS = 30_000;
const FAILURES_MAX = 10;

/**
 * What is known of an endpoint from how it answered: how fast, how often not, how far behind, and whether it lied.
 * Time and chance come as arguments.
 */
export class EndpointHealth {
  /** The newest block that it said it has. */
  head: bigint | undefined;
  /** Why it is not in good standing, for a person. */
  reason: string | undefined;
  #latencyMs = LATENCY_FIRST_MS;
  #errorRate = 0;
  #failures = 0;
  #lies = 0;
  #liedAtMs = Number.NEGATIVE_INFINITY;
  #restUntilMs = 0;
  #isRestFirm = false;
  #quarantineUntilMs = 0;
  #excludedUntilMs = 0;

  /** Failures since it last answered. */
  get failures(): number {
    return this.#failures;
  }

  /** Until when it asked not to be asked. */
  get firmRestUntilMs(): number {
    return this.#isRestFirm ? this.#restUntilMs : 0;
  }

  standing(nowMs: number): Standing {
    if (nowMs < this.#excludedUntilMs) return "excluded";
    if (nowMs < this.#quarantineUntilMs) return "quarantined";
    return nowMs < this.#restUntilMs ? "resting" : "good";
  }

  /** When it is in good standing again. */
  get goodAtMs(): number {
    return Math.max(this.#restUntilMs, this.#quarantineUntilMs, this.#excludedUntilMs);
  }

  /** What to expect of a request to it, in milliseconds; the least is the best. `highest` is the newest known head. */
  costMs(highest: bigint | undefined): number {
    const behind = highest !== undefined && this.head !== undefined ? highest - this.head : 0n;
    const lag = behind < LAG_BLOCKS_MAX ? behind : LAG_BLOCKS_MAX;
    const lagMs = lag > 0n ? Number(lag) * LAG_COST_MS : 0;
    return (this.#latencyMs + 1) * (1 + ERROR_FACTOR * this.#errorRate) + lagMs;
  }

  /** In `(0, 1]`: 1 for one that answers at once, never errs and is at the head. */
  score(nowMs: number, highest: bigint | undefined): number {
    return this.standing(nowMs) === "good" ? 100 / (99 + this.costMs(highest)) : 0;
  }

  answeredIn(durationMs: number): void {
    this.#latencyMs += LATENCY_WEIGHT * (durationMs - this.#latencyMs);
  }

  succeeded(): void {
    this.#failures = 0;
    this.#errorRate *= 1 - ERROR_WEIGHT;
    if (!this.#isRestFirm) this.#restUntilMs = 0;
  }

  /** It rests, the longer the more often it failed in a row. `chance` in `[0, 1)` keeps many from coming back at once. */
  failed(nowMs: number, chance: number, reason: string): void {
    this.#err(reason);
    // Requests that were under way together fail together, and count once.
    if (nowMs < this.#restUntilMs) return;
    this.#failures = Math.min(this.#failures + 1, FAILURES_MAX);
    const restMs = Math.min(REST_FIRST_MS * 2 ** (this.#failures - 1), REST_MAX_MS);
    this.#rest(nowMs + restMs * (0.75 + chance / 2), false);
  }

  /** It has not yet what others have: soon it will. */
  wasBehind(nowMs: number, reason: string): void {
    this.#err(reason);
    if (nowMs >= this.#restUntilMs) this.#rest(nowMs + REST_FIRST_MS, false);
  }

  wasBusy(nowMs: number, retryAfterMs: number, reason: string): void {
    this.#err(reason);
    this.#rest(nowMs + retryAfterMs, true);
  }

  /** What it said cannot be true: it is asked last for a while, twice as long every time. */
  lied(nowMs: number, reason: string): void {
    this.#err(reason);
    if (nowMs < this.#quarantineUntilMs) return;
    if (nowMs - this.#liedAtMs > LIE_MEMORY_MS) this.#lies = 0;
    this.#liedAtMs = nowMs;
    const forMs = Math.min(QUARANTINE_FIRST_MS * 2 ** this.#lies, QUARANTINE_MAX_MS);
    this.#lies += 1;
    this.#quarantineUntilMs = nowMs + forMs;
  }

  /** It is of another chain. */
  exclude(nowMs: number, reason: string): void {
    this.reason = reason;
    this.#excludedUntilMs = nowMs + EXCLUSION_MS;
  }

  readmit(): void {
    this.#excludedUntilMs = 0;
  }

  #err(reason: string): void {
    this.reason = reason;
    this.#errorRate += ERROR_WEIGHT * (1 - this.#errorRate);
  }

  #rest(untilMs: number, isFirm: boolean): void {
    this.#restUntilMs = untilMs;
    this.#isRestFirm = isFirm;
  }
}
