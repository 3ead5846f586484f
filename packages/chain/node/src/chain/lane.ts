/**
 * Runs tasks one after another, each to its end before the next begins. Everything that moves the chain goes through
 * one lane, so that none of it has to ask what another is in the middle of.
 */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();
  #refusal: Error | undefined;

  run<T>(task: () => Promise<T> | T): Promise<T> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    const result = this.#last.then(task);
    this.#last = result.catch(ignoreHere);
    return result;
  }

  /** Takes no more tasks; resolves when those that were asked for have been done. */
  async close(refusal: Error): Promise<void> {
    this.#refusal = refusal;
    await this.#last;
  }
}

/** Whoever asked for the task has its rejection; the next task does not depend on it. */
function ignoreHere(): void {}
