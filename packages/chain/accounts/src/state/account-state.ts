import assert from "node:assert/strict";
import { bytesToBigInt, EMPTY_BYTES } from "@ghostchain/encoding";
import type { Address, Hash, StateChanges, StateReader } from "@ghostchain/evm";
import type { KeyChange, KeyValue } from "@ghostchain/storage";
import { AccountsError } from "../accounts-error.ts";
import { type AccountProof, proveAccount } from "./prove-account.ts";
import { stageState } from "./stage-state.ts";
import {
  lastVersionOf,
  numberOfVersion,
  StateHistory,
  type StateVersion,
  versionOf,
} from "./state-history.ts";
import { ACCOUNTS_PREFIX, addressOfKey, slotOfKey, slotsPrefix } from "./state-keys.ts";
import { readerOf } from "./state-reader.ts";
import { type StateView, viewAfter } from "./state-view.ts";

export interface AccountStateOptions {
  /** For how many blocks before the head the state is kept; `all` forgets nothing. */
  readonly historyBlocks: number | "all";
}

/** The state after one block. */
export interface StateSnapshot {
  readonly reader: StateReader;
  prove(address: Address, slots: readonly bigint[]): AccountProof;
  /** Every account there is, in no particular order; costs a pass over all of them. */
  addresses(): Iterable<Address>;
  /** Every slot of the account that is not zero, in no particular order. */
  slotsOf(address: Address): Iterable<readonly [slot: bigint, value: bigint]>;
  /** The state after the next block, or after an edit of this one. Nothing is written. */
  stage(step: StateStep): StagedState;
}

export interface StateStep {
  readonly number: bigint;
  /** Counts changes made to the state after the block itself, from 1; 0 is the block. Below 2 ** 24. */
  readonly edit?: bigint;
  readonly changes: StateChanges;
}

/** A state that the store does not have yet. Others can be staged on top of it. */
export interface StagedState extends StateSnapshot {
  readonly stateRoot: Hash;
  /**
   * Commits this state, together with whatever else belongs to the block. To commit a branch, write in one go what
   * `unwindTo` says, if it leaves the canonical chain, and then the writes of each of its states, oldest first.
   */
  readonly writes: readonly KeyChange[];
}

/** The accounts of a chain, as they are and as they were. */
export interface AccountState {
  /** The block whose state was committed last; undefined in an empty store. */
  headNumber(): bigint | undefined;
  /** How often the head's state has been edited. */
  headEdit(): bigint;
  /** The oldest block whose state is kept. */
  oldestNumber(): bigint;
  /**
   * The state after a block of the canonical chain. That of the head is good until the head moves.
   *
   * @throws {AccountsError} `STATE_NOT_KEPT`, `STATE_NOT_REACHED`
   */
  at(number: bigint): StateSnapshot;
  readerAt(number: bigint): StateReader;
  prove(number: bigint, address: Address, slots: readonly bigint[]): AccountProof;
  /** `parentNumber` is undefined for the genesis block. */
  stage(step: StateStep & { readonly parentNumber: bigint | undefined }): StagedState;
  /**
   * What to write to make an older state the head's: that of a block, with all or only the first of its edits.
   *
   * @throws {AccountsError} `STATE_NOT_KEPT`, `STATE_NOT_REACHED`
   */
  unwindTo(number: bigint, edit?: bigint): KeyChange[];
}

/** Opens the state that `store` holds. Reads only; whoever owns the store writes what is staged here. */
export function openAccountState(store: KeyValue, options: AccountStateOptions): AccountState {
  return new StoredState(new StateHistory(store), options);
}

class StoredState implements AccountState {
  readonly #history: StateHistory;
  readonly #options: AccountStateOptions;

  constructor(history: StateHistory, options: AccountStateOptions) {
    this.#history = history;
    this.#options = options;
  }

  headNumber(): bigint | undefined {
    const head = this.#history.head();
    return head === undefined ? undefined : numberOfVersion(head);
  }

  headEdit(): bigint {
    const head = this.#history.head() ?? 0n;
    return head - versionOf(numberOfVersion(head));
  }

  oldestNumber(): bigint {
    return numberOfVersion(this.#history.oldest());
  }

  at(number: bigint): StateSnapshot {
    const last = lastVersionOf(number);
    const head = this.#reach(number, last);
    return numberOfVersion(head) === number
      ? this.#snapshot(this.#history.newest(), head, true)
      : this.#snapshot(this.#history.at(last), last, false);
  }

  readerAt(number: bigint): StateReader {
    return this.at(number).reader;
  }

  prove(number: bigint, address: Address, slots: readonly bigint[]): AccountProof {
    return this.at(number).prove(address, slots);
  }

  stage({ parentNumber, ...step }: StateStep & { parentNumber: bigint | undefined }): StagedState {
    if (parentNumber !== undefined) return this.at(parentNumber).stage(step);
    assert(this.#history.head() === undefined, "only an empty store takes a genesis state");
    return this.#stage(this.#history.newest(), step, false);
  }

  unwindTo(number: bigint, edit?: bigint): KeyChange[] {
    const version = edit === undefined ? lastVersionOf(number) : versionOf(number, edit);
    const head = this.#reach(number, version);
    return version >= head ? [] : [...this.#history.unwind(version)];
  }

  /**
   * Whether `version`, one of the block's, is kept.
   *
   * @returns the head's version
   */
  #reach(number: bigint, version: StateVersion): StateVersion {
    const head = this.#history.head();
    if (head === undefined || number > numberOfVersion(head)) {
      const headNumber = this.headNumber();
      throw new AccountsError({ code: "STATE_NOT_REACHED", number, headNumber });
    }
    if (version >= this.#history.oldest()) return head;
    const oldestNumber = this.oldestNumber();
    throw new AccountsError({ code: "STATE_NOT_KEPT", number, oldestNumber });
  }

  #snapshot(view: StateView, version: StateVersion, isHead: boolean): StateSnapshot {
    return {
      reader: readerOf(view),
      prove: (address, slots) => proveAccount(view, address, slots),
      *addresses() {
        for (const key of view.keys(ACCOUNTS_PREFIX)) yield addressOfKey(key);
      },
      *slotsOf(address) {
        for (const key of view.keys(slotsPrefix(address))) {
          yield [slotOfKey(key), bytesToBigInt(view.get(key) ?? EMPTY_BYTES)];
        }
      },
      stage: (step) => {
        const next = versionOf(step.number, step.edit);
        assert(next > version, `state ${next} cannot follow state ${version}`);
        return this.#stage(view, step, isHead);
      },
    };
  }

  #stage(view: StateView, step: StateStep, prunes: boolean): StagedState {
    const version = versionOf(step.number, step.edit);
    const { stateRoot, writes } = stageState(view, step.changes);
    const changes = [...this.#history.advance(version, writes)];
    if (prunes) changes.push(...this.#prune(step.number));
    return {
      ...this.#snapshot(viewAfter(view, writes), version, false),
      stateRoot,
      writes: changes,
    };
  }

  /** A branch does not prune: the next block on the head does. */
  #prune(number: bigint): Iterable<KeyChange> {
    const { historyBlocks } = this.#options;
    if (historyBlocks === "all" || number < BigInt(historyBlocks)) return [];
    return this.#history.prune(lastVersionOf(number - BigInt(historyBlocks)));
  }
}
