import type { Account, Address, Hash, Log } from "./evm.ts";

/**
 * The state of one block in the making: reads fall through to a `StateReader`, writes are journaled and
 * collected. It lives for a block; `beginTransaction` and `endTransaction` bracket each transaction.
 */
export interface World {
  /** Forgets warmth, transient storage, original values, refunds, logs and checkpoints of the one before. */
  beginTransaction(): void;
  /** Removes destroyed accounts, and touched empty ones where the rules say so (EIP-161). */
  endTransaction(): void;

  /** A point to come back to. Checkpoints nest and are reverted newest first. */
  checkpoint(): number;
  revertTo(checkpoint: number): void;

  account(address: Address): Account | undefined;
  code(address: Address): Uint8Array;
  addBalance(address: Address, wei: bigint): void;
  /** The caller has checked that the balance suffices. */
  subtractBalance(address: Address, wei: bigint): void;
  setNonce(address: Address, nonce: bigint): void;
  setCode(address: Address, code: Uint8Array): void;
  /** Marks for removal at the end of the transaction if empty (EIP-161). */
  touch(address: Address): void;

  storage(address: Address, slot: bigint): bigint;
  setStorage(address: Address, slot: bigint, value: bigint): void;

  /** Makes the address warm and says whether it was cold (EIP-2929). */
  warmAccount(address: Address): boolean;
  warmSlot(address: Address, slot: bigint): boolean;

  readonly logs: readonly Log[];
  /** May be negative inside a transaction, never at its end. */
  readonly refund: bigint;

  /** Everything written since the world was made, for the trie and the flat state. */
  changes(): StateChanges;
}

export interface StateChanges {
  readonly accounts: ReadonlyMap<Address, AccountChange>;
  /** Code by its hash, each new in this block. */
  readonly code: ReadonlyMap<Hash, Uint8Array>;
}

export interface AccountChange {
  /** Undefined: the account is gone, with all its storage. */
  readonly account: Account | undefined;
  /** The account was destroyed in this block: storage from before it is void. `storage` is what came after. */
  readonly storageCleared: boolean;
  /** Slot to value; zero deletes. */
  readonly storage: ReadonlyMap<bigint, bigint>;
}
