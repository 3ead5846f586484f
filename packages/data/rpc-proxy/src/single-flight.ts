interface Flight<T> {
  readonly landing: Promise<T>;
  readonly ending: AbortController;
  passengers: number;
}

/** Does the same work once for all who ask for it at the same time. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** Whether someone else's work would be shared now. */
  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /**
   * Joins the work under `key`, or begins it. One who aborts leaves alone; the work ends when nobody waits for it.
   */
  run(
    key: string,
    work: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const flight = this.#flights.get(key) ?? this.#begin(key, work);
    flight.passengers += 1;
    return new Promise((resolve, reject) => {
      const leave = () => {
        flight.passengers -= 1;
        if (flight.passengers === 0) {
          // who comes now must not join what is being ended
          if (this.#flights.get(key) === flight) this.#flights.delete(key);
          flight.ending.abort(signal?.reason);
        }
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", leave, { once: true });
      const land = () => signal?.removeEventListener("abort", leave);
      flight.landing.then(
        (value) => {
          land();
          resolve(value);
        },
        (error) => {
          land();
          reject(error);
        },
      );
    });
  }

  #begin(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const ending = new AbortController();
    const landing = work(ending.signal).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    const flight: Flight<T> = { landing, ending, passengers: 0 };
    this.#flights.set(key, flight);
    return flight;
  }
}
