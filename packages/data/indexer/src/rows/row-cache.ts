/** A row as the program sees it, and as it is in the table. */
export interface Entry<V> {
  /** Undefined for one that is not there. */
  now: V | undefined;
  /** As of the last flush. */
  stored: V | undefined;
  /** What PostgreSQL makes of it must be read. */
  reread: boolean;
}

/**
 * Rows that were used lately, at most twice `rows`, and what is known of those that are not here: in a table that was
 * empty at first, one that was never let go of does not exist.
 */
export class RowCache<V> {
  readonly #rows: number;
  #young = new Map<string, Entry<V>>();
  #old = new Map<string, Entry<V>>();
  #complete = false;
  #gone: KeyFilter | undefined;

  constructor(rows: number) {
    this.#rows = rows;
  }

  get(key: string): Entry<V> | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old === undefined) return undefined;
    this.#old.delete(key);
    this.#young.set(key, old);
    return old;
  }

  set(key: string, entry: Entry<V>): void {
    this.#young.set(key, entry);
  }

  /** Says that the row may be in the table though it is not here. */
  forget(key: string): void {
    if (!this.#young.delete(key)) this.#old.delete(key);
    this.#letGo(key);
  }

  /** A row that is neither here nor in the table. */
  knowsAbsent(key: string): boolean {
    return this.#complete && !(this.#gone?.mayHave(key) ?? false);
  }

  /** Lets go of what was not used lately, when there is too much; only when no entry waits to be written. */
  trim(): void {
    if (this.#young.size < this.#rows) return;
    if (this.#complete) for (const key of this.#old.keys()) this.#letGo(key);
    this.#old = this.#young;
    this.#young = new Map();
  }

  /** Forgets everything. `complete`: the table is empty. */
  clear(how: { readonly complete: boolean }): void {
    this.#young = new Map();
    this.#old = new Map();
    this.#gone = undefined;
    this.#complete = how.complete;
  }

  #letGo(key: string): void {
    if (!this.#complete) return;
    this.#gone ??= new KeyFilter();
    this.#gone.add(key);
  }
}

const FILTER_BITS = 2 ** 25;

/** Bloom filter of 4 MiB: 2 million keys are mistaken for another in one case of a thousand, 8 million in six of ten. */
class KeyFilter {
  readonly #words = new Uint32Array(FILTER_BITS / 32);

  add(key: string): void {
    this.#each(key, (word, mask) => {
      this.#words[word] = (this.#words[word] ?? 0) | mask;
      return true;
    });
  }

  mayHave(key: string): boolean {
    return this.#each(key, (word, mask) => ((this.#words[word] ?? 0) & mask) !== 0);
  }

  /** Four places that depend on the key; stops at the first for which `visit` says false. */
  #each(key: string, visit: (word: number, mask: number) => boolean): boolean {
    let a = 0xdeadbeef;
    let b = 0x41c6ce57;
    for (let i = 0; i < key.length; i++) {
      const code = key.charCodeAt(i);
      a = Math.imul(a ^ code, 2_654_435_761);
      b = Math.imul(b ^ code, 1_597_334_677);
    }
    a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
    b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
    for (let i = 0; i < 4; i++) {
      const bit = (a + Math.imul(i, b | 1)) & (FILTER_BITS - 1);
      if (!visit(bit >>> 5, 1 << (bit & 31))) return false;
    }
    return true;
  }
}
