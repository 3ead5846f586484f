import { type Hex, toQuantity } from "@ghostchain/encoding";
import type { SenderTransaction } from "@ghostchain/protocol";
import type { ChainPoint } from "../chain/chain.ts";

/** What a dev chain comes back to. */
export interface Snapshot {
  readonly point: ChainPoint;
  readonly pooled: readonly SenderTransaction[];
  readonly time: bigint;
}

/** Further ones are the user's to revert or to live without. */
const SNAPSHOT_LIMIT = 10_000;

/** Numbered from 1. Coming back to one uses it up, and all that were taken after it. */
export class Snapshots {
  readonly #taken = new Map<number, Snapshot>();
  #last = 0;

  add(snapshot: Snapshot): Hex {
    this.#last += 1;
    this.#taken.set(this.#last, snapshot);
    const oldest = this.#last - SNAPSHOT_LIMIT;
    this.#taken.delete(oldest);
    return toQuantity(this.#last);
  }

  use(id: Hex): Snapshot | undefined {
    const number = Number(id);
    const snapshot = this.#taken.get(number);
    if (snapshot === undefined) return undefined;
    for (const taken of this.#taken.keys()) if (taken >= number) this.#taken.delete(taken);
    return snapshot;
  }

  clear(): void {
    this.#taken.clear();
  }
}
