/** Failures in a row after which an upstream is left alone until it answers its follower again. */
const FAILURES_MAX = 3;

/** Whether an upstream is worth asking. */
export class UpstreamHealth {
  readonly #onChange: (isUsable: boolean) => void;
  #failures = 0;
  #isOurs = true;
  #wasUsable = true;
  #resumeAtMs = 0;
  #lastReason = "";

  constructor(onChange: (isUsable: boolean) => void) {
    this.#onChange = onChange;
  }

  get isUsable(): boolean {
    return this.#isOurs && this.#failures < FAILURES_MAX;
  }

  /** When it asked to be asked again; in the past where it did not. */
  get resumeAtMs(): number {
    return this.#resumeAtMs;
  }

  get lastReason(): string {
    return this.#lastReason;
  }

  succeed(): void {
    this.#failures = 0;
    this.#tell();
  }

  /** @param resumeAtMs when the upstream says that it can be asked again */
  fail(reason: string, resumeAtMs?: number): void {
    this.#lastReason = reason;
    this.#failures = resumeAtMs === undefined ? this.#failures + 1 : FAILURES_MAX;
    this.#resumeAtMs = Math.max(this.#resumeAtMs, resumeAtMs ?? 0);
    this.#tell();
  }

  /** Whether it is of the chain that the others are of. */
  setOurs(isOurs: boolean, reason = ""): void {
    this.#isOurs = isOurs;
    if (!isOurs) this.#lastReason = reason;
    this.#tell();
  }

  #tell(): void {
    if (this.isUsable === this.#wasUsable) return;
    this.#wasUsable = this.isUsable;
    this.#onChange(this.isUsable);
  }
}
