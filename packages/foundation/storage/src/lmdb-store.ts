import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { open, type RangeOptions, type RootDatabase } from "lmdb";
import { lockDirectory } from "./directory-lock.ts";
import { isOpenRange, requireKey, requireKeys } from "./key-rules.ts";
import type { KeyChange, KeyRange, KeyValue } from "./key-value.ts";
import { StorageError, unavailableError } from "./storage-error.ts";

export interface LmdbOptions {
  /** The directory the store has to itself; created where it is missing. */
  readonly path: string;
  /** Address space, not memory or disk, to begin with; growing beyond it is slow. Default 1 TiB. */
  readonly mapSizeBytes?: number;
}

type Entry = readonly [key: Uint8Array, value: Uint8Array];
type Database = RootDatabase<Uint8Array, Uint8Array>;

interface LmdbEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const DEFAULT_MAP_SIZE_BYTES = 2 ** 40;

/** The mark of an LMDB meta page, after the page's own header. */
const LMDB_MAGIC = 0xbeefc0de;
const LMDB_MAGIC_OFFSET = 24;

/**
 * A store on disk. Writes made in one turn of the event loop share one synced transaction.
 *
 * @throws {StorageError} `STORE_LOCKED` while another process, or this one, has it open; `STORE_UNAVAILABLE`
 */
export function openLmdb(options: LmdbOptions): KeyValue {
  const unlock = lockDirectory(options.path);
  try {
    requireLmdbFile(join(options.path, "data.mdb"));
    return new LmdbStore(options.path, openDatabase(options), unlock);
  } catch (cause) {
    unlock();
    throw unavailableError(options.path, cause);
  }
}

/** LMDB itself crashes the process over a file that is not its own. An empty or missing file is a new one. */
function requireLmdbFile(file: string): void {
  const header = Buffer.alloc(LMDB_MAGIC_OFFSET + 4);
  const descriptor = openSync(file, "a+");
  try {
    const sizeBytes = readSync(descriptor, header, 0, header.length, 0);
    if (sizeBytes === 0 || header.readUInt32LE(LMDB_MAGIC_OFFSET) === LMDB_MAGIC) return;
  } finally {
    closeSync(descriptor);
  }
  throw new Error(`${file} is not an LMDB database`);
}

function openDatabase(options: LmdbOptions): Database {
  return open<Uint8Array, Uint8Array>({
    path: options.path,
    noSubdir: false,
    mapSize: options.mapSizeBytes ?? DEFAULT_MAP_SIZE_BYTES,
    encoding: "binary",
    keyEncoding: "binary",
    cache: false,
    compression: false,
    noMemInit: true,
    // Otherwise a write resolves when others can see it, before it is on the disk.
    overlappingSync: false,
    // Otherwise LMDB makes a promise of its own for each turn, and nobody could catch its rejection.
    eventTurnBatching: false,
  });
}

class LmdbStore implements KeyValue {
  readonly #path: string;
  readonly #database: Database;
  readonly #unlock: () => void;
  readonly #writes = new Set<Promise<boolean>>();
  readonly #openRanges = new Set<Iterator<LmdbEntry>>();
  /** A caller may drop a range half read; its snapshot would keep old pages from being used again. */
  readonly #abandonedRanges = new FinalizationRegistry<Iterator<LmdbEntry>>((range) =>
    this.#closeRange(range),
  );
  #closing: Promise<void> | undefined;

  constructor(path: string, database: Database, unlock: () => void) {
    this.#path = path;
    this.#database = database;
    this.#unlock = unlock;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#requireOpen();
    requireKey(key);
    const value = this.#database.get(key);
    return value === undefined ? undefined : plain(value);
  }

  range(range: KeyRange): Iterable<Entry> {
    this.#requireOpen();
    if (!isOpenRange(range)) return [];
    const source = this.#database.getRange(optionsOf(range))[Symbol.iterator]();
    // LMDB takes its snapshot with the first entry, so that is read now.
    const first = source.next();
    if (first.done) return [];
    this.#openRanges.add(source);
    const entries = this.#entries(source, first.value);
    this.#abandonedRanges.register(entries, source);
    return entries;
  }

  async write(changes: readonly KeyChange[]): Promise<void> {
    this.#requireOpen();
    requireKeys(changes);
    if (changes.length === 0) return;
    const written = this.#enqueue(changes);
    this.#writes.add(written);
    try {
      await written;
    } catch (error) {
      throw await this.#writeError(error);
    } finally {
      this.#writes.delete(written);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const range of this.#openRanges) this.#closeRange(range);
    await Promise.allSettled(this.#writes);
    await this.#database.close();
    this.#unlock();
  }

  *#entries(source: Iterator<LmdbEntry>, first: LmdbEntry): Iterable<Entry> {
    try {
      yield [plain(first.key), plain(first.value)];
      for (;;) {
        this.#requireOpen();
        const next = source.next();
        if (next.done) return;
        yield [plain(next.value.key), plain(next.value.value)];
      }
    } finally {
      this.#closeRange(source);
    }
  }

  #closeRange(range: Iterator<LmdbEntry>): void {
    if (this.#openRanges.delete(range)) range.return?.();
  }

  #enqueue(changes: readonly KeyChange[]): Promise<boolean> {
    const values = copyValues(changes);
    return this.#database.batch(() => {
      changes.forEach(({ key }, index) => {
        const value = values[index];
        if (value === undefined) void this.#database.remove(key);
        else void this.#database.put(key, value);
      });
    });
  }

  async #writeError(error: unknown): Promise<StorageError> {
    const cause = await commitErrorOf(error);
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new StorageError(
      { code: "STORE_WRITE_FAILED", directory: this.#path, reason },
      `STORE_WRITE_FAILED: nothing of a write to ${this.#path} was kept (${reason}): check the disk and its free space`,
      { cause },
    );
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw new StorageError({ code: "STORE_CLOSED" });
  }
}

/** LMDB counts a reverse range from its upper bound down, and includes where it starts unless told not to. */
function optionsOf({ from, to, reverse, limit }: KeyRange): RangeOptions {
  const bounds = reverse
    ? { start: to, exclusiveStart: true, end: from, inclusiveEnd: true, reverse }
    : { start: from, end: to };
  return { ...bounds, ...(limit === undefined ? {} : { limit }) };
}

/** LMDB reads the values from another thread after `write` has returned, so it gets its own. */
function copyValues(changes: readonly KeyChange[]): (Uint8Array | undefined)[] {
  const sizeBytes = changes.reduce((total, { value }) => total + (value?.length ?? 0), 0);
  const arena = new Uint8Array(sizeBytes);
  let at = 0;
  return changes.map(({ value }) => {
    if (value === undefined) return undefined;
    arena.set(value, at);
    const copy = arena.subarray(at, at + value.length);
    at += value.length;
    return copy;
  });
}

/** LMDB rejects at once and says why a little later, in a promise of its own. */
async function commitErrorOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !("commitError" in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}

/** The same bytes without Buffer's own `slice` and `toString`. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
