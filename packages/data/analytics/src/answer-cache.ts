interface Kept<T> {
  readonly stamp: string;
  readonly value: Promise<T>;
}

const KEPT_MAX = 256;

/** Answers that hold for as long as nothing new was counted; who asks the same at that time waits for one reading. */
export class AnswerCache<T> {
  readonly #kept = new Map<string, Kept<T>>();

  /** @param stamp - another one tells that the answer must be read anew */
  get(key: string, stamp: string, read: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(key);
    if (known?.stamp === stamp) return known.value;
    const value = read();
    this.#kept.delete(key);
    this.#kept.set(key, { stamp, value });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    value.catch(() => {
      if (this.#kept.get(key)?.value === value) this.#kept.delete(key);
    });
    return value;
  }
}
