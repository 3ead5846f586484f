import type { Eip1193Provider } from "../src/upstream/provider-upstream.ts";
import type { ModelChain, ModelRequest } from "./model-chain.ts";

interface Pending {
  readonly request: ModelRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Gives what the node saw when it looked. */
  give: (() => void) | undefined;
}

/**
 * A node that looks at its chain when it is told to, and whose answer arrives when it is told to: between the two
 * anything may happen.
 */
export class SlowProvider implements Eip1193Provider {
  readonly #chain: ModelChain;
  readonly #pending: Pending[] = [];

  constructor(chain: ModelChain) {
    this.#chain = chain;
  }

  request({ method, params = [] }: { method: string; params?: readonly unknown[] }) {
    return new Promise<unknown>((resolve, reject) => {
      const request = { method, params };
      const pending: Pending = { request, resolve, reject, give: undefined };
      this.#pending.push(pending);
    });
  }

  get pending(): number {
    return this.#pending.length;
  }

  /** The node looks at its chain for one request. */
  compute(index: number): void {
    const waiting = this.#pending.filter(({ give }) => give === undefined);
    const pending = waiting[index % Math.max(1, waiting.length)];
    if (pending) this.#compute(pending);
  }

  /** The answer to one request arrives. */
  deliver(index: number): void {
    const pending = this.#pending[index % Math.max(1, this.#pending.length)];
    if (!pending) return;
    this.#compute(pending);
    this.#pending.splice(this.#pending.indexOf(pending), 1);
    pending.give?.();
  }

  #compute(pending: Pending): void {
    if (pending.give) return;
    try {
      const value = this.#chain.answer(pending.request);
      pending.give = () => pending.resolve(value);
    } catch (error) {
      pending.give = () => pending.reject(error);
    }
  }
}
