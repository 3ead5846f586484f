import { stat } from "node:fs/promises";
import type { Clock } from "./clock.ts";

export interface WatchedFileParts<T> {
  readonly clock: Clock;
  /** Of the whole file, each time it changed. */
  readonly read: (path: string) => Promise<T>;
  /** Instead of `read` at the beginning, as where it makes the file. */
  readonly first?: (path: string) => Promise<T>;
  readonly onRead: (now: T, before: T) => void;
  /** The file is broken or gone; told once for each state of it. */
  readonly onBroken: (error: unknown) => void;
}

/**
 * What a file holds that may change while we run. What was good stays while the file is broken or gone, so a
 * half-written change costs nothing. When to look is for whoever uses it.
 */
export class WatchedFile<T> {
  readonly #path: string;
  readonly #parts: WatchedFileParts<T>;
  #value: T;
  /** Of the file as it was when it was last read, well or not. */
  #seen: string;
  #lookedAtMs: number;
  #looking: Promise<void> | undefined;

  private constructor(path: string, parts: WatchedFileParts<T>, seen: string, value: T) {
    this.#path = path;
    this.#parts = parts;
    this.#seen = seen;
    this.#value = value;
    this.#lookedAtMs = parts.clock.now();
  }

  /** @throws whatever `first` or `read` throws */
  static async open<T>(path: string, parts: WatchedFileParts<T>): Promise<WatchedFile<T>> {
    // before it is read: what changes meanwhile is read once more
    const seen = await describeFile(path);
    const file = new WatchedFile(path, parts, seen, await (parts.first ?? parts.read)(path));
    // the file that `first` made is another than was seen
    if (parts.first) await file.look();
    return file;
  }

  get value(): T {
    return this.#value;
  }

  /** Reads the file if it is another than before. One look at a time: whoever asks meanwhile waits for the same. */
  look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** The same, unless the last look was begun less than `everyMs` ago; one that is under way is waited for. */
  async lookEvery(everyMs: number): Promise<void> {
    const sinceMs = this.#parts.clock.now() - this.#lookedAtMs;
    await (sinceMs < 0 || sinceMs >= everyMs ? this.look() : this.#looking);
  }

  async #lookNow(): Promise<void> {
    this.#lookedAtMs = this.#parts.clock.now();
    const found = await describeFile(this.#path);
    if (found === this.#seen) return;
    this.#seen = found;
    const before = this.#value;
    try {
      this.#value = await this.#parts.read(this.#path);
    } catch (error) {
      this.#parts.onBroken(error);
      return;
    }
    this.#parts.onRead(this.#value, before);
  }
}

/** Another text whenever the file is another: a rotation replaces it, an editor changes its time and size. */
async function describeFile(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino}/${size}/${mtimeNs}`;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "unreadable";
  }
}
