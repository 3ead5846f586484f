import { isOpenRange, requireKey, requireKeys } from "./key-rules.ts";
import type { KeyChange, KeyRange, KeyValue } from "./key-value.ts";
import { SortedEntries } from "./sorted-entries.ts";
import { StorageError } from "./storage-error.ts";

/** A store that lives as long as the process: for tests and chains that need not outlive it. */
export function openMemory(): KeyValue {
  return new MemoryStore();
}

class MemoryStore implements KeyValue {
  #entries = SortedEntries.EMPTY;
  #closed = false;

  get(key: Uint8Array): Uint8Array | undefined {
    this.#requireOpen();
    requireKey(key);
    return this.#entries.get(key)?.slice();
  }

  range(range: KeyRange): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
    this.#requireOpen();
    return isOpenRange(range) ? this.#copies(this.#entries.range(copyOfRange(range))) : [];
  }

  async write(changes: readonly KeyChange[]): Promise<void> {
    this.#requireOpen();
    requireKeys(changes);
    const kept = changes.map(({ key, value }) => ({ key: key.slice(), value: value?.slice() }));
    // As on disk: a write is not to be seen before its promise has resolved.
    await Promise.resolve();
    this.#entries = this.#entries.with(kept);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  *#copies(
    entries: Iterable<readonly [Uint8Array, Uint8Array]>,
  ): Iterable<readonly [Uint8Array, Uint8Array]> {
    for (const [key, value] of entries) {
      this.#requireOpen();
      yield [key.slice(), value.slice()];
    }
  }

  #requireOpen(): void {
    if (this.#closed) throw new StorageError({ code: "STORE_CLOSED" });
  }
}

/** The caller may reuse its bounds while it iterates. */
function copyOfRange(range: KeyRange): KeyRange {
  return { ...range, from: range.from.slice(), to: range.to.slice() };
}
