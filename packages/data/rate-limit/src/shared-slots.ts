import type { Batcher } from "./batcher.ts";
import { type ConnectionSlots, SLOT_TTL_MS, type SlotRule } from "./connection-slots.ts";
import type { SharedStore, SlotRequest } from "./shared-store.ts";
import { storeKey } from "./store-key.ts";

/** Slots in a store that several processes share. */
export class SharedSlots implements ConnectionSlots {
  readonly #batcher: Batcher<SlotRequest, boolean>;
  readonly #name: string;
  readonly #rule: Required<SlotRule>;

  constructor(batcher: Batcher<SlotRequest, boolean>, name: string, rule: SlotRule) {
    this.#batcher = batcher;
    this.#name = name;
    this.#rule = { ttlMs: SLOT_TTL_MS, ...rule };
  }

  take(user: string, slot: string): Promise<boolean> {
    return this.#change("take", user, slot);
  }

  renew(user: string, slot: string): Promise<boolean> {
    return this.#change("take", user, slot);
  }

  async release(user: string, slot: string): Promise<void> {
    await this.#change("release", user, slot);
  }

  #change(kind: SlotRequest["kind"], user: string, slot: string): Promise<boolean> {
    return this.#batcher.add({ kind, id: storeKey(this.#name, user), slot, ...this.#rule });
  }
}

/** In the order of users, as a store wants them, and back. */
export async function changeSlots(
  store: SharedStore,
  requests: readonly SlotRequest[],
): Promise<boolean[]> {
  const sorted = [...requests.entries()].sort(([i, a], [j, b]) =>
    a.id === b.id ? i - j : a.id < b.id ? -1 : 1,
  );
  const done = await store.changeSlots(sorted.map(([, request]) => request));
  const answers = Array<boolean>(requests.length).fill(false);
  for (const [place, [index]] of sorted.entries()) answers[index] = done[place] ?? false;
  return answers;
}
