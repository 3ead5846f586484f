import type { AnswerStore } from "./answer-store.ts";

/** What an entry costs beside its characters: the map's slot and two string headers. */
const ENTRY_BYTES = 120;
/** The largest part of the budget that one answer may take. */
const VALUE_SHARE = 8;

/** The answers used last, up to a budget in bytes. */
export class MemoryStore implements AnswerStore {
  #budgetBytes: number;
  #entries = new Map<string, { readonly text: string; readonly bytes: number }>();
  #bytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    this.#budgetBytes = 0;
    this.drop();
  }

  async get(key: string): Promise<string | undefined> {
    return this.read(key);
  }

  async set(key: string, text: string): Promise<void> {
    this.write(key, text);
  }

  async clear(): Promise<void> {
    this.drop();
  }

  /** As `get`, at once. */
  read(key: string): string | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.text;
  }

  /** As `set`, at once. */
  write(key: string, text: string): void {
    // a character that is not Latin-1 makes the whole text two bytes wide
    const wide = Buffer.byteLength(text) === text.length ? 1 : 2;
    const bytes = key.length + text.length * wide + ENTRY_BYTES;
    this.#remove(key);
    if (bytes > this.#budgetBytes / VALUE_SHARE) return;
    this.#entries.set(key, { text, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#budgetBytes) break;
      this.#remove(oldest);
    }
  }

  /** As `clear`, at once. */
  drop(): void {
    this.#entries = new Map();
    this.#bytes = 0;
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
