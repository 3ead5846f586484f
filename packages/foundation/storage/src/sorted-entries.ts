import { compareBytes } from "@ghostchain/encoding";
import type { KeyChange, KeyRange } from "./key-value.ts";

type Entry = readonly [key: Uint8Array, value: Uint8Array];

/** A sorted run of neighbours. Never empty, never changed once another list may hold it. */
type Chunk = Entry[];

/** A chunk that grows beyond this is halved, so a change copies at most this many references. */
const MAX_CHUNK_ENTRIES = 256;

/**
 * An immutable sorted map of bytes. A change copies the chunks it touches and shares the rest, so whoever
 * holds an older list still sees it as it was.
 */
export class SortedEntries {
  static readonly EMPTY = new SortedEntries([]);

  readonly #chunks: readonly Chunk[];

  private constructor(chunks: readonly Chunk[]) {
    this.#chunks = chunks;
  }

  /** Holds the very bytes of the changes. */
  with(changes: readonly KeyChange[]): SortedEntries {
    const chunks = [...this.#chunks];
    const copied = new Set<Chunk>();
    for (const change of changes) applyChange(chunks, copied, change);
    return new SortedEntries(chunks);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const chunk = this.#chunks[chunkIndexOf(this.#chunks, key)];
    if (chunk === undefined) return undefined;
    const entry = chunk[lowerBound(chunk, key)];
    return entry !== undefined && compareBytes(entry[0], key) === 0 ? entry[1] : undefined;
  }

  *range({
    from,
    to,
    reverse = false,
    limit = Number.POSITIVE_INFINITY,
  }: KeyRange): Iterable<Entry> {
    let count = 0;
    for (const entry of reverse ? this.#descending(from, to) : this.#ascending(from, to)) {
      if (count >= limit) return;
      count += 1;
      yield entry;
    }
  }

  *#ascending(from: Uint8Array, to: Uint8Array): Iterable<Entry> {
    for (let at = chunkIndexOf(this.#chunks, from); at < this.#chunks.length; at += 1) {
      const chunk = this.#chunks[at] ?? [];
      for (const entry of chunk.slice(lowerBound(chunk, from))) {
        if (compareBytes(entry[0], to) >= 0) return;
        yield entry;
      }
    }
  }

  *#descending(from: Uint8Array, to: Uint8Array): Iterable<Entry> {
    for (let at = chunkIndexOf(this.#chunks, to); at >= 0; at -= 1) {
      const chunk = this.#chunks[at] ?? [];
      for (const entry of chunk.slice(0, lowerBound(chunk, to)).reverse()) {
        if (compareBytes(entry[0], from) < 0) return;
        yield entry;
      }
    }
  }
}

function applyChange(chunks: Chunk[], copied: Set<Chunk>, { key, value }: KeyChange): void {
  const at = chunkIndexOf(chunks, key);
  const chunk = ownedChunk(chunks, copied, at);
  const index = lowerBound(chunk, key);
  const found = chunk[index];
  const present = found !== undefined && compareBytes(found[0], key) === 0;
  if (value !== undefined) chunk.splice(index, present ? 1 : 0, [key, value]);
  else if (present) chunk.splice(index, 1);

  if (chunk.length === 0) chunks.splice(at, 1);
  if (chunk.length > MAX_CHUNK_ENTRIES) {
    const upper = chunk.splice(MAX_CHUNK_ENTRIES >> 1);
    copied.add(upper);
    chunks.splice(at + 1, 0, upper);
  }
}

/** The chunk at `at`, copied unless this change set has made it. */
function ownedChunk(chunks: Chunk[], copied: Set<Chunk>, at: number): Chunk {
  const chunk = chunks[at] ?? [];
  if (copied.has(chunk)) return chunk;
  const copy = [...chunk];
  copied.add(copy);
  chunks[at] = copy;
  return copy;
}

/** The chunk where `key` is or belongs: the last that begins at or before it, else the first. */
function chunkIndexOf(chunks: readonly Chunk[], key: Uint8Array): number {
  let low = 0;
  let high = chunks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const first = chunks[middle]?.[0];
    if (first !== undefined && compareBytes(first[0], key) <= 0) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** The index of the first entry at or after `key`. */
function lowerBound(chunk: Chunk, key: Uint8Array): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = chunk[middle];
    if (entry !== undefined && compareBytes(entry[0], key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
