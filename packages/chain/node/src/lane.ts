/**
 * Runs tasks one after another, each to its end before the next begins. Everything that moves the chain goes through
 * one lane, so that none of it has to ask what another is in the middle of.
 */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T> | T): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(ignoreHere);
    return result;
  }

  /** Resolves when all that was asked so far has been done. */
  async idle(): Promise<void> {
    await this.#last;
  }
}

/** Whoever asked for the task has its rejection; the next task does not depend on it. */
function ignoreHere(): void {}
