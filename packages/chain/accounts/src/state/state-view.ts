import { equalBytes } from "@ghostchain/encoding";

/** The state as it is at one moment: what stands under each of its keys. */
export interface StateView {
  get(key: Uint8Array): Uint8Array | undefined;
  /** The keys that begin so and have a value, in no particular order. */
  keys(prefix: Uint8Array): Iterable<Uint8Array>;
}

/** What becomes of one key. Undefined: there is nothing under it. */
export interface StateWrite {
  readonly key: Uint8Array;
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

/** A view with changes of its own on top of another, which stays as it is. Remembers what it has read. */
export class Draft implements StateView {
  readonly #base: StateView;
  readonly #entries = new Map<string, DraftEntry>();

  constructor(base: StateView) {
    this.#base = base;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#entry(key).after;
  }

  set(key: Uint8Array, value: Uint8Array | undefined): void {
    this.#entry(key).after = value;
  }

  *keys(prefix: Uint8Array): Iterable<Uint8Array> {
    for (const key of [...this.#base.keys(prefix)]) this.#entry(key);
    yield* liveKeys(this.#entries, prefix);
  }

  /** The keys whose value is another than before. */
  writes(): StateWrite[] {
    return [...this.#entries.values()].filter(({ before, after }) => !isSame(before, after));
  }

  #entry(key: Uint8Array): DraftEntry {
    const name = nameOf(key);
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    const value = this.#base.get(key);
    const entry = { key, before: value, after: value };
    this.#entries.set(name, entry);
    return entry;
  }
}

/** A view as it will be when `writes` have been made. */
export function viewAfter(base: StateView, writes: readonly StateWrite[]): StateView {
  const written = new Map(writes.map((write) => [nameOf(write.key), write]));
  return {
    get(key) {
      const write = written.get(nameOf(key));
      return write === undefined ? base.get(key) : write.after;
    },
    *keys(prefix) {
      for (const key of base.keys(prefix)) if (!written.has(nameOf(key))) yield key;
      yield* liveKeys(written, prefix);
    },
  };
}

interface DraftEntry extends StateWrite {
  after: Uint8Array | undefined;
}

function* liveKeys(
  entries: ReadonlyMap<string, StateWrite>,
  prefix: Uint8Array,
): Iterable<Uint8Array> {
  const start = nameOf(prefix);
  for (const [name, { key, after }] of entries) {
    if (after !== undefined && name.startsWith(start)) yield key;
  }
}

/** One character a byte: what a map can tell apart. */
function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("latin1");
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && equalBytes(a, b));
}
