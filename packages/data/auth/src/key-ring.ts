import { type Clock, type Health, type Logger, WatchedFile } from "@ghostchain/service";
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
  #file: WatchedFile<TokenKeys> | undefined;
  #failing = false;
  #stopping = new AbortController();
  #polling: Promise<void> | undefined;

  constructor(parts: KeyRingParts, path: string) {
    this.#parts = parts;
    this.#path = path;
  }

  get keys(): TokenKeys {
    return this.#file?.value ?? [];
  }

  /** @throws {AuthError} `AUTH_KEY_FILE_INVALID` */
  async start(): Promise<void> {
    this.#file = await WatchedFile.open(this.#path, {
      clock: this.#parts.clock,
      read: readTokenKeys,
      first: loadTokenKeys,
      onRead: (keys, before) => this.#accept(keys, before),
      onBroken: (error) => this.#refuse(error),
    });
    this.#stopping = new AbortController();
    this.#polling = this.#pollUntil(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#polling;
    this.#file = undefined;
  }

  /**
   * The keys after a look at the file, for a token whose key is not known: another process may have signed with a
   * key that we have not seen yet.
   */
  async lookAgain(): Promise<TokenKeys> {
    await this.#file?.lookEvery(LOOK_EVERY_MS);
    return this.keys;
  }

  async #pollUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#parts.clock.sleep(POLL_MS, signal).catch(() => {}); // stopping
      if (!signal.aborted) await this.#file?.look();
    }
  }

  #accept(keys: TokenKeys, before: TokenKeys): void {
    const spell = (some: TokenKeys) => some.map(({ id }) => id).join();
    const changed = spell(keys) !== spell(before);
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
