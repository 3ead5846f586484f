import type { Lease } from "./database.ts";

/** Leases within one process, for a database that only one process can open. First come, first served. */
export class LocalLocks {
  readonly #tails = new Map<string, Promise<void>>();

  async lock(name: string, signal: AbortSignal): Promise<Lease> {
    signal.throwIfAborted();
    const before = this.#tails.get(name) ?? Promise.resolve();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const tail = before.then(() => released);
    this.#tails.set(name, tail);
    void tail.then(() => {
      if (this.#tails.get(name) === tail) this.#tails.delete(name);
    });
    try {
      await abortable(before, signal);
    } catch (error) {
      release();
      throw error;
    }
    return { lost: NEVER, release: async () => release() };
  }
}

const NEVER = new AbortController().signal;

function abortable(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    void promise.then(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
  });
}
