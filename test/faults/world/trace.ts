import { createHash } from "node:crypto";

/** What happened, in order. Two runs of one seed have one digest. */
export class Trace {
  readonly #hash = createHash("sha256");
  readonly #lines: string[] = [];
  readonly #keeps: boolean;

  /** @param keeps - whether the lines are kept, to be shown */
  constructor(keeps: boolean) {
    this.#keeps = keeps;
  }

  note(nowMs: number, who: string, what: string): void {
    const line = `${nowMs - 1_800_000_000_000} ${who}: ${what}`;
    this.#hash.update(line);
    if (this.#keeps) this.#lines.push(line);
  }

  /** For a person only: no part of the digest. */
  remark(text: string): void {
    if (this.#keeps) this.#lines.push(`    ${text}`);
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** To be asked once, at the end. */
  digest(): string {
    return this.#hash.copy().digest("hex").slice(0, 16);
  }
}
