const NAMES_MAX = 500;

/**
 * A name for each statement worth preparing. Bounded, because every connection keeps what it prepared: texts
 * beyond the first 500 different ones are sent unprepared.
 */
export class StatementNames {
  readonly #names = new Map<string, string>();

  of(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= NAMES_MAX) return known;
    const name = `ghost_${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}
