import type { Account, Address } from "../evm.ts";
import type { WordMap } from "../word-map.ts";

/** An account with all that happened to it since the world was made. `…In` fields hold transaction serials. */
export interface AccountRecord {
  readonly address: Address;
  /** Before the block. */
  readonly base: Account | undefined;
  account: Account | undefined;
  slots: WordMap<Slot>;
  /** Storage from before the block is void. */
  storageCleared: boolean;
  warmIn: number;
  touchedIn: number;
  createdIn: number;
  destroyedIn: number;
}

export interface Slot {
  /** Before the block. */
  readonly base: bigint;
  current: bigint;
  /** At the start of the transaction with the serial `originalIn`. */
  original: bigint;
  originalIn: number;
  warmIn: number;
}
