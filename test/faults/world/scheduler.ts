import type { Random } from "./random.ts";
import type { SimProcess } from "./sim-process.ts";
import type { Trace } from "./trace.ts";

interface Event {
  atMs: number;
  /** Of events of one millisecond the lowest is first: drawn, so that no order is the usual one. */
  readonly order: number;
  readonly owner: SimProcess | undefined;
  readonly what: string;
  readonly run: () => void | Promise<void>;
  cancelled: boolean;
}

/**
 * The one source of order: everything that takes time in production is an event here. One runs at a time, to its end
 * and with all that follows from it at once, so what happens is a function of the seed.
 */
export class Scheduler {
  readonly trace: Trace;
  readonly #random: Random;
  readonly #heap: Event[] = [];
  #nowMs = 1_800_000_000_000;
  #count = 0;

  constructor(random: Random, trace: Trace) {
    this.#random = random;
    this.trace = trace;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many events there have been. */
  get count(): number {
    return this.#count;
  }

  /** @returns what cancels it */
  at(
    owner: SimProcess | undefined,
    delayMs: number,
    what: string,
    run: () => void | Promise<void>,
  ): () => void {
    if (owner?.alive === false) return () => undefined;
    const atMs = this.#nowMs + Math.max(0, Math.round(delayMs));
    const event = { atMs, order: this.#random.next(), owner, what, run, cancelled: false };
    owner?.pending.add(event);
    push(this.#heap, event);
    return () => {
      event.cancelled = true;
      owner?.pending.delete(event);
    };
  }

  /** Lets events happen until `done` says so, or until that much time has passed. */
  async run(forMs: number, done: () => boolean = () => false): Promise<boolean> {
    const untilMs = this.#nowMs + forMs;
    while (!done()) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > untilMs) {
        this.#nowMs = untilMs;
        return done();
      }
      pop(this.#heap);
      await this.#happen(next);
    }
    return true;
  }

  async #happen(event: Event): Promise<void> {
    const { owner } = event;
    if (event.cancelled || owner?.alive === false) return;
    this.#nowMs = Math.max(this.#nowMs, event.atMs);
    if (owner && owner.frozenUntilMs > this.#nowMs) {
      event.atMs = owner.frozenUntilMs;
      return push(this.#heap, event);
    }
    owner?.pending.delete(event);
    this.#count += 1;
    this.trace.note(this.#nowMs, owner?.name ?? "world", event.what);
    await event.run();
    await settle();
  }
}

/** Lets every promise that can go on do so, and those who gave others their turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function before(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Event[], event: Event): void {
  heap.push(event);
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !before(event, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    if (left === undefined) break;
    const right = heap[2 * at + 2];
    const goesRight = right !== undefined && before(right, left);
    const child = goesRight ? right : left;
    if (!before(child, last)) break;
    heap[at] = child;
    at = 2 * at + (goesRight ? 2 : 1);
  }
  heap[at] = last;
}
