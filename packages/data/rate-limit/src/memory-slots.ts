import type { Clock } from "@ghostchain/service";
import { type ConnectionSlots, SLOT_TTL_MS, type SlotRule } from "./connection-slots.ts";

/** Slots of this process alone. It holds no more users than have a slot that is not over. */
export class MemorySlots implements ConnectionSlots {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #ttlMs: number;
  /** Of each user, when each slot ends. */
  readonly #users = new Map<string, Map<string, number>>();
  #nextSweepMs = 0;

  constructor(clock: Clock, { limit, ttlMs = SLOT_TTL_MS }: SlotRule) {
    this.#clock = clock;
    this.#limit = limit;
    this.#ttlMs = ttlMs;
  }

  async take(user: string, slot: string): Promise<boolean> {
    const nowMs = this.#clock.now();
    this.#sweep(nowMs);
    const slots = this.#users.get(user) ?? new Map<string, number>();
    dropEnded(slots, nowMs);
    if (!slots.has(slot) && slots.size >= this.#limit) return false;
    slots.set(slot, nowMs + this.#ttlMs);
    this.#users.set(user, slots);
    return true;
  }

  renew(user: string, slot: string): Promise<boolean> {
    return this.take(user, slot);
  }

  async release(user: string, slot: string): Promise<void> {
    const slots = this.#users.get(user);
    slots?.delete(slot);
    if (slots?.size === 0) this.#users.delete(user);
  }

  /** Once in `ttlMs`, so that a take costs the same however many users there are. */
  #sweep(nowMs: number): void {
    if (nowMs < this.#nextSweepMs) return;
    this.#nextSweepMs = nowMs + this.#ttlMs;
    for (const [user, slots] of this.#users) {
      dropEnded(slots, nowMs);
      if (slots.size === 0) this.#users.delete(user);
    }
  }
}

function dropEnded(slots: Map<string, number>, nowMs: number): void {
  for (const [slot, endsAtMs] of slots) if (endsAtMs <= nowMs) slots.delete(slot);
}
