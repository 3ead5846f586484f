import type { Lease } from "@ghostchain/database";
import type { Random } from "../world/random.ts";
import type { Scheduler } from "../world/scheduler.ts";
import type { SimProcess } from "../world/sim-process.ts";
import type { Faults } from "./faults.ts";
import { unreachable } from "./sim-session.ts";

interface Holder {
  readonly owner: SimProcess;
  readonly lost: AbortController;
}

interface Waiter {
  readonly owner: SimProcess;
  readonly grant: (holder: Holder) => void;
}

const NOTICE_MS = 80;
/** How long the holder of a lease may believe in it after the server gave it away, at most. */
const BELIEF_MS = 400;

/** The server's advisory locks: a lease may be lost while its holder still believes in it. */
export class SimLocks {
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #faults: Faults["database"];
  readonly #holders = new Map<string, Holder>();
  readonly #waiting = new Map<string, Waiter[]>();
  /** A deliberate breakage: everyone gets every lease. */
  ignored = false;

  constructor(scheduler: Scheduler, random: Random, faults: Faults["database"]) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#faults = faults;
  }

  get held(): number {
    return this.#holders.size;
  }

  async lock(owner: SimProcess, name: string, signal: AbortSignal): Promise<Lease> {
    signal.throwIfAborted();
    const holder = await this.#wait(owner, name, signal);
    const free = () => this.#end(name, holder);
    owner.onKill(() =>
      this.#scheduler.at(undefined, this.#random.below(NOTICE_MS), `${name} is free`, free),
    );
    return {
      lost: holder.lost.signal,
      release: () =>
        new Promise((resolve) => {
          this.#scheduler.at(owner, this.#random.below(3), `release ${name}`, () => {
            this.#end(name, holder);
            resolve();
          });
        }),
    };
  }

  /** The server ends the session that holds it; its holder notices later. */
  drop(name: string): void {
    const holder = this.#holders.get(name);
    if (holder === undefined) return;
    const notice = () => holder.lost.abort();
    this.#scheduler.at(holder.owner, this.#random.below(BELIEF_MS), `lost ${name}`, notice);
    this.#end(name, holder);
  }

  #wait(owner: SimProcess, name: string, signal: AbortSignal): Promise<Holder> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        owner,
        grant: (holder) => {
          signal.removeEventListener("abort", onAbort);
          resolve(holder);
        },
      };
      const onAbort = () => {
        this.#forget(name, waiter);
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#scheduler.at(owner, this.#random.latencyMs(2), `lock ${name}`, () => {
        if (signal.aborted) return;
        if (this.#faults.down || this.#random.chance(this.#faults.broken)) {
          signal.removeEventListener("abort", onAbort);
          return reject(unreachable());
        }
        this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), waiter]);
        this.#grantNext(name);
      });
    });
  }

  #forget(name: string, waiter: Waiter): void {
    const others = (this.#waiting.get(name) ?? []).filter((other) => other !== waiter);
    this.#waiting.set(name, others);
  }

  #grantNext(name: string): void {
    if (this.#holders.has(name) && !this.ignored) return;
    const alive = (this.#waiting.get(name) ?? []).filter(({ owner }) => owner.alive);
    const next = alive.shift();
    this.#waiting.set(name, alive);
    if (next === undefined) return;
    const holder = { owner: next.owner, lost: new AbortController() };
    this.#holders.set(name, holder);
    this.#scheduler.trace.note(this.#scheduler.nowMs, next.owner.name, `has ${name}`);
    next.grant(holder);
  }

  #end(name: string, holder: Holder): void {
    if (this.#holders.get(name) !== holder) return;
    this.#holders.delete(name);
    this.#grantNext(name);
  }
}
