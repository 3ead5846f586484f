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

/** A view as it will be when `writes` have been made. */
export function viewAfter(base: StateView, writes: readonly StateWrite[]): StateView {
  let byName: ReadonlyMap<string, StateWrite> | undefined;
  // Most staged states are written and never read.
  const written = () => {
    byName ??= new Map(writes.map((write) => [nameOf(write.key), write]));
    return byName;
  };
  return {
    get(key) {
      const write = written().get(nameOf(key));
      return write === undefined ? base.get(key) : write.after;
    },
    *keys(prefix) {
      const start = nameOf(prefix);
      for (const key of base.keys(prefix)) if (!written().has(nameOf(key))) yield key;
      for (const [name, { key, after }] of written()) {
        if (after !== undefined && name.startsWith(start)) yield key;
      }
    },
  };
}

/** One character a byte: what a map can tell apart. */
export function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("latin1");
}
