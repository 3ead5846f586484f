import type { Clock } from "@ghostchain/service";

interface Answer<T> {
  readonly value: T;
  readonly readAtMs: number;
  /** An answer that is dear is read less often. */
  readonly freshMs: number;
}

const FRESH_MIN_MS = 1_000;
/** Of the time, a fifth goes into reading one answer at most. */
const FRESH_PER_READ = 4;
/** So many times its freshness old an answer is still given, while it is read anew. */
const STALE_FACTOR = 2;

/**
 * Answers that are dear to read, kept for all who ask for the same. Whoever asks within a second gets what the first
 * was given; then one reads anew, and the others do not wait for it.
 */
export class FreshAnswers<T> {
  readonly #clock: Clock;
  readonly #size: number;
  readonly #answers = new Map<string, Answer<T>>();
  readonly #reading = new Map<string, Promise<T>>();

  /** @param size - answers kept; of more, those read longest ago are dropped */
  constructor(clock: Clock, size: number) {
    this.#clock = clock;
    this.#size = size;
  }

  get(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(key);
    const ageMs = known === undefined ? 0 : Math.abs(this.#clock.now() - known.readAtMs);
    if (known !== undefined && ageMs < known.freshMs) return Promise.resolve(known.value);
    const reading = this.#read(key, read);
    if (known === undefined || ageMs > known.freshMs * STALE_FACTOR) return reading;
    // nobody waits for it; the next to ask reads again
    reading.catch(() => {});
    return Promise.resolve(known.value);
  }

  #read(key: string, read: () => Promise<T>): Promise<T> {
    const running = this.#reading.get(key);
    if (running !== undefined) return running;
    const readAtMs = this.#clock.now();
    const started = read()
      .then((value) => {
        const tookMs = this.#clock.now() - readAtMs;
        const freshMs = Math.max(FRESH_MIN_MS, FRESH_PER_READ * tookMs);
        this.#keep(key, { value, readAtMs, freshMs });
        return value;
      })
      .finally(() => this.#reading.delete(key));
    this.#reading.set(key, started);
    return started;
  }

  #keep(key: string, answer: Answer<T>): void {
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > this.#size && oldest !== undefined) this.#answers.delete(oldest);
  }
}
