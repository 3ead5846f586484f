/** Functions to call by name. One that throws harms no other: its error goes where an uncaught one goes. */
export class Listeners<Events extends Record<string, unknown[]>> {
  readonly #byName = new Map<keyof Events, Set<(...values: unknown[]) => void>>();

  /** @returns what takes the listener away again */
  on<Name extends keyof Events>(
    name: Name,
    listener: (...values: Events[Name]) => void,
  ): () => void {
    const added = (...values: unknown[]) => listener(...(values as Events[Name]));
    const listeners = this.#byName.get(name) ?? new Set();
    listeners.add(added);
    this.#byName.set(name, listeners);
    return () => listeners.delete(added);
  }

  tell<Name extends keyof Events>(name: Name, ...values: Events[Name]): void {
    for (const listener of [...(this.#byName.get(name) ?? [])]) {
      try {
        listener(...values);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
