/**
 * A map from words that keeps its speed whatever the words are.
 *
 * V8 hashes a BigInt by its lowest 64 bits alone, with no secret. A contract that used the slots `k << 64`
 * would put them all into one bucket of a plain `Map` and make each access a walk along all the others.
 * Text is hashed whole and with a seed, so the words are kept by their digits.
 */
export class WordMap<V> implements ReadonlyMap<bigint, V> {
  readonly #entries = new Map<string, [bigint, V]>();

  get size(): number {
    return this.#entries.size;
  }

  get(word: bigint): V | undefined {
    return this.#entries.get(digitsOf(word))?.[1];
  }

  has(word: bigint): boolean {
    return this.#entries.has(digitsOf(word));
  }

  set(word: bigint, value: V): this {
    this.#entries.set(digitsOf(word), [word, value]);
    return this;
  }

  delete(word: bigint): boolean {
    return this.#entries.delete(digitsOf(word));
  }

  forEach(visit: (value: V, word: bigint, map: ReadonlyMap<bigint, V>) => void): void {
    for (const [word, value] of this.#entries.values()) visit(value, word, this);
  }

  entries(): MapIterator<[bigint, V]> {
    return this.#entries.values();
  }

  *keys(): MapIterator<bigint> {
    for (const [word] of this.entries()) yield word;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[bigint, V]> {
    return this.entries();
  }
}

/** Base 32 because a power of two is written without division, and shorter than in base 16. */
function digitsOf(word: bigint): string {
  return word.toString(32);
}
