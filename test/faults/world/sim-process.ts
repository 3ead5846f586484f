/** One process of the simulation: what it waits for dies with it. */
export class SimProcess {
  readonly name: string;
  /** Its events that have not happened yet. */
  readonly pending = new Set<{ readonly what: string }>();
  /** Nothing of it happens before. */
  frozenUntilMs = 0;
  #alive = true;
  readonly #onKill: (() => void)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** What others notice of its death. */
  onKill(notice: () => void): void {
    this.#onKill.push(notice);
  }

  /** As by `kill -9`: nothing of it runs any more, whatever it was at. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const notice of this.#onKill) notice();
    this.pending.clear();
  }
}
