import { stat } from "node:fs/promises";
import type { Clock, Health, Logger } from "@ghostchain/service";
import { loadTokenKeys, readTokenKeys, type TokenKeys } from "./token-keys.ts";

export interface KeyRingParts {
  readonly clock: Clock;
  /** Told, once, of a file that cannot be read. */
  readonly logger?: Logger | undefined;
  readonly health?: Health | undefined;
}

/** How often the file is looked at. */
const POLL_MS = 3_000;
/** Tokens with a key nobody knows cost one look at the file in this time. */
const LOOK_EVERY_MS = 100;

/**
 * The keys of a file that may change while we run. What was good stays in use while the file is broken or gone, so a
 * half-written rotation logs nobody out.
 */
export class KeyRing {
  readonly #path: string;
  readonly #parts: KeyRingParts;
  #keys: TokenKeys = [];
  /** Of the file as it was when it was last read. */
  #seen = "";
  #failing = false;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #stopping = new AbortController();
  #polling: Promise<void> | undefined;

  constructor(parts: KeyRingParts, path: string) {
    this.#parts = parts;
    this.#path = path;
  }

  get keys(): TokenKeys {
    return this.#keys;
  }

  /** @throws {AuthError} `AUTH_KEY_FILE_INVALID` */
  async start(): Promise<void> {
    this.#keys = await loadTokenKeys(this.#path);
    // Not what was read just now, if the file changed since: then the next look reads it once more.
    this.#seen = "";
    this.#stopping = new AbortController();
    await this.#look();
    this.#polling = this.#pollUntil(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#polling;
    this.#keys = [];
  }

  /**
   * The keys after a look at the file, for a token whose key is not known: another process may have signed with a
   * key that we have not seen yet.
   */
  async lookAgain(): Promise<TokenKeys> {
    const sinceMs = this.#parts.clock.now() - this.#lookedAtMs;
    await (sinceMs < 0 || sinceMs >= LOOK_EVERY_MS ? this.#look() : this.#looking);
    return this.#keys;
  }

  async #pollUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#parts.clock.sleep(POLL_MS, signal).catch(() => {}); // stopping
      if (!signal.aborted) await this.#look();
    }
  }

  /** One at a time: whoever asks meanwhile waits for the same. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    this.#lookedAtMs = this.#parts.clock.now();
    const found = await describeFile(this.#path);
    if (found === this.#seen) return;
    this.#seen = found;
    try {
      const keys = await readTokenKeys(this.#path);
      if (this.#stopping.signal.aborted) return;
      this.#accept(keys);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #accept(keys: TokenKeys): void {
    const spell = (some: TokenKeys) => some.map(({ id }) => id).join();
    const changed = spell(keys) !== spell(this.#keys);
    this.#keys = keys;
    const { logger, health } = this.#parts;
    if (changed) logger?.info({ kids: keys.map(({ id }) => id) }, "token keys have changed");
    if (this.#failing) health?.set("auth", "ready");
    this.#failing = false;
  }

  #refuse(error: unknown): void {
    this.#failing = true;
    const { logger, health } = this.#parts;
    logger?.error(
      { err: error, path: this.#path },
      "the key file is broken, the keys before it stay",
    );
    health?.set("auth", "failing", error instanceof Error ? error.message : String(error));
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
