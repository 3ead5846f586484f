import type { Change } from "./change.ts";

const CHANGES_MAX = 10_000;

/** Changes between a stream, which does not wait, and a reader that takes them one by one. */
export class ChangeQueue {
  #changes: Change[] = [];
  #ended = false;
  #overflowed = false;
  #wake: () => void = () => undefined;

  push(change: Change): void {
    if (this.#ended) return;
    if (this.#changes.length >= CHANGES_MAX) this.#overflowed = true;
    else this.#changes.push(change);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /**
   * @param release - called when the reader is done, however it is
   * @throws {Error} when the reader fell too far behind, after all that had been kept for it
   */
  async *read(release: () => void): AsyncGenerator<Change, void> {
    try {
      for (;;) {
        const change = this.#changes.shift();
        if (change) {
          yield change;
        } else if (this.#overflowed) {
          throw new Error(`the reader is more than ${CHANGES_MAX} changes behind: begin anew`);
        } else if (this.#ended) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.#ended = true;
      this.#changes = [];
      release();
    }
  }
}
