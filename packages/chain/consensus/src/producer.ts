import type { Address, Hash } from "@ghostchain/evm";
import type { Header } from "@ghostchain/protocol";

/**
 * Decides when this node makes a block, and what its header says that neither the parent nor the transactions
 * do. It is asked, it does not act: no clock, no timer, no key; the same questions get the same answers.
 */
export interface Producer {
  /**
   * When the next block is due, in milliseconds since the Unix epoch; it may be past. Undefined: not before the
   * view changes.
   */
  dueAtMs(view: ProductionView): number | undefined;
  attributes(parent: Header, nowMs: number): BlockAttributes;
  /** Whether a block that is due is made though no transaction goes into it. */
  readonly makesEmptyBlocks: boolean;
  /** How long transactions may be put into one block; sealing and storing it comes after. */
  readonly fillMs: number;
}

export interface ProductionView {
  readonly nowMs: number;
  /** When the last block was begun here, or imported. */
  readonly lastBlockAtMs: number;
  /** Whether the next block could take a transaction. */
  readonly hasPending: boolean;
}

export interface BlockAttributes {
  /** Seconds since the Unix epoch. */
  readonly timestamp: bigint;
  readonly coinbase: Address;
  readonly prevRandao: Hash;
  /** At most 32 bytes. */
  readonly extraData: Uint8Array;
}
