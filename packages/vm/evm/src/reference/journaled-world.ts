import { keccak256 } from "@ghostchain/crypto";
import { bytesToHex } from "@ghostchain/encoding";
import { EMPTY_CODE_HASH } from "../address.ts";
import type { Account, Address, Hash, Log, StateReader } from "../evm.ts";
import type { Precompiles } from "../precompile.ts";
import { WordMap } from "../word-map.ts";
import type { AccountChange, StateChanges, World } from "../world.ts";
import type { AccountRecord, Slot } from "./account-record.ts";
import { type Code, type CodeCache, NO_CODE } from "./code.ts";
import { collectChanges } from "./collect-changes.ts";
import type { Rules } from "./rules.ts";

/**
 * The RIPEMD-160 contract. Mainnet once touched it, empty, in a call that then ran out of gas, and a bug
 * of that day in both large clients removed it all the same; that block is history, so the rule stays.
 */
const RIPEMD = "0x0000000000000000000000000000000000000003" as Address;

/**
 * The world of the reference interpreter: records in maps, and a journal of functions that each take one
 * change back. Nothing is reset between transactions: marks carry the serial of their transaction and
 * mean nothing in the next.
 */
export class JournaledWorld implements World {
  readonly #state: StateReader;
  readonly #rules: Rules;
  readonly #codes: CodeCache;
  readonly #precompiles: Precompiles;
  readonly #records = new Map<Address, AccountRecord>();
  readonly #newCode = new Map<Hash, Uint8Array>();
  readonly #loadCode = (hash: Hash): Uint8Array =>
    this.#newCode.get(hash) ?? this.#state.code(hash);

  #serial = 1;
  #journal: (() => void)[] = [];
  #touched: AccountRecord[] = [];
  #destroyed: AccountRecord[] = [];
  #transient = new Map<Address, WordMap<bigint>>();
  #logs: Log[] = [];
  #refund = 0;

  constructor(state: StateReader, rules: Rules, codes: CodeCache, precompiles: Precompiles) {
    this.#state = state;
    this.#rules = rules;
    this.#codes = codes;
    this.#precompiles = precompiles;
  }

  get logs(): readonly Log[] {
    return this.#logs;
  }

  get refund(): bigint {
    return BigInt(this.#refund);
  }

  beginTransaction(): void {
    this.#serial += 1;
    this.#journal = [];
    this.#touched = [];
    this.#destroyed = [];
    this.#transient = new Map();
    this.#logs = [];
    this.#refund = 0;
  }

  endTransaction(): void {
    for (const record of this.#destroyed) {
      if (record.destroyedIn === this.#serial) remove(record);
    }
    if (!this.#rules.clearsEmptyAccounts) return;
    for (const record of this.#touched) {
      const isTouched = record.touchedIn === this.#serial;
      if (isTouched && record.account !== undefined && isEmpty(record.account)) remove(record);
    }
  }

  checkpoint(): number {
    return this.#journal.length;
  }

  revertTo(checkpoint: number): void {
    const journal = this.#journal;
    for (let at = journal.length - 1; at >= checkpoint; at--) journal[at]?.();
    journal.length = checkpoint;
  }

  account(address: Address): Account | undefined {
    return this.#record(address).account;
  }

  /** Whether there is no such account, or one without nonce, balance and code (EIP-161). */
  isDead(address: Address): boolean {
    const { account } = this.#record(address);
    return account === undefined || isEmpty(account);
  }

  balanceWei(address: Address): bigint {
    return this.#record(address).account?.balanceWei ?? 0n;
  }

  code(address: Address): Uint8Array {
    return this.analysedCode(address).bytes;
  }

  analysedCode(address: Address): Code {
    const codeHash = this.#record(address).account?.codeHash ?? EMPTY_CODE_HASH;
    return codeHash === EMPTY_CODE_HASH ? NO_CODE : this.#codes.get(codeHash, this.#loadCode);
  }

  addBalance(address: Address, wei: bigint): void {
    const record = this.#record(address);
    const account = record.account ?? EMPTY_ACCOUNT;
    this.#write(record, { ...account, balanceWei: account.balanceWei + wei });
  }

  subtractBalance(address: Address, wei: bigint): void {
    this.addBalance(address, -wei);
  }

  setNonce(address: Address, nonce: bigint): void {
    const record = this.#record(address);
    this.#write(record, { ...(record.account ?? EMPTY_ACCOUNT), nonce });
  }

  setCode(address: Address, code: Uint8Array): void {
    const record = this.#record(address);
    const codeHash = code.length === 0 ? EMPTY_CODE_HASH : (bytesToHex(keccak256(code)) as Hash);
    if (code.length > 0) this.#newCode.set(codeHash, code);
    this.#write(record, { ...(record.account ?? EMPTY_ACCOUNT), codeHash });
  }

  touch(address: Address): void {
    this.#touch(this.#record(address));
  }

  /** Whether a creation at this address would meet an account that is in use (EIP-684, EIP-7610). */
  isOccupied(address: Address): boolean {
    const record = this.#record(address);
    const { account } = record;
    if (account !== undefined && account.nonce !== 0n) return true;
    if (account !== undefined && account.codeHash !== EMPTY_CODE_HASH) return true;
    return record.base !== undefined && !record.storageCleared && this.#state.hasStorage(address);
  }

  /** Begins a contract: it keeps the balance that was sent to its address before. */
  create(address: Address): void {
    const record = this.#record(address);
    const nonce = this.#rules.clearsEmptyAccounts ? 1n : 0n;
    this.#write(record, { ...(record.account ?? EMPTY_ACCOUNT), nonce });
    const before = record.createdIn;
    record.createdIn = this.#serial;
    this.#journal.push(() => {
      record.createdIn = before;
    });
  }

  isCreatedHere(address: Address): boolean {
    return this.#record(address).createdIn === this.#serial;
  }

  /** Marks the account for removal at the end of the transaction, once. */
  destroy(address: Address): void {
    const record = this.#record(address);
    if (record.destroyedIn === this.#serial) return;
    this.addRefund(this.#rules.refundOfSelfDestruct);
    const before = record.destroyedIn;
    record.destroyedIn = this.#serial;
    this.#destroyed.push(record);
    this.#journal.push(() => {
      record.destroyedIn = before;
    });
  }

  storage(address: Address, slot: bigint): bigint {
    return this.#slot(this.#record(address), slot).current;
  }

  /** The value at the start of the transaction. */
  originalStorage(address: Address, slot: bigint): bigint {
    return this.#slot(this.#record(address), slot).original;
  }

  setStorage(address: Address, slot: bigint, value: bigint): void {
    const found = this.#slot(this.#record(address), slot);
    const before = found.current;
    found.current = value;
    this.#journal.push(() => {
      found.current = before;
    });
  }

  transientStorage(address: Address, slot: bigint): bigint {
    return this.#transient.get(address)?.get(slot) ?? 0n;
  }

  setTransientStorage(address: Address, slot: bigint, value: bigint): void {
    let slots = this.#transient.get(address);
    if (slots === undefined) {
      slots = new WordMap();
      this.#transient.set(address, slots);
    }
    const written = slots;
    const before = written.get(slot) ?? 0n;
    written.set(slot, value);
    this.#journal.push(() => written.set(slot, before));
  }

  /** Precompiles are warm in every transaction. */
  isWarmAccount(address: Address): boolean {
    return this.#record(address).warmIn === this.#serial || this.#precompiles.has(address);
  }

  warmAccount(address: Address): boolean {
    return !this.#precompiles.has(address) && this.#warm(this.#record(address));
  }

  isWarmSlot(address: Address, slot: bigint): boolean {
    return this.#slot(this.#record(address), slot).warmIn === this.#serial;
  }

  warmSlot(address: Address, slot: bigint): boolean {
    return this.#warm(this.#slot(this.#record(address), slot));
  }

  addLog(log: Log): void {
    this.#logs.push(log);
    this.#journal.push(() => this.#logs.pop());
  }

  /** May be negative: SSTORE takes back a refund that no longer holds. */
  addRefund(gas: number): void {
    if (gas === 0) return;
    this.#refund += gas;
    this.#journal.push(() => {
      this.#refund -= gas;
    });
  }

  changes(): StateChanges {
    const accounts = collectChanges(this.#records.values());
    return { accounts, code: this.#codeOf(accounts) };
  }

  #codeOf(changes: ReadonlyMap<Address, AccountChange>): ReadonlyMap<Hash, Uint8Array> {
    const used = new Map<Hash, Uint8Array>();
    for (const { account } of changes.values()) {
      const code = account && this.#newCode.get(account.codeHash);
      if (code !== undefined) used.set(account?.codeHash as Hash, code);
    }
    return used;
  }

  #record(address: Address): AccountRecord {
    const known = this.#records.get(address);
    if (known !== undefined) return known;
    const base = this.#state.account(address);
    const record: AccountRecord = {
      address,
      base,
      account: base,
      slots: new WordMap(),
      storageCleared: false,
      warmIn: 0,
      touchedIn: 0,
      createdIn: 0,
      destroyedIn: 0,
    };
    this.#records.set(address, record);
    return record;
  }

  #slot(record: AccountRecord, slot: bigint): Slot {
    const known = record.slots.get(slot) ?? this.#loadSlot(record, slot);
    if (known.originalIn !== this.#serial) {
      known.original = known.current;
      known.originalIn = this.#serial;
    }
    return known;
  }

  #loadSlot(record: AccountRecord, slot: bigint): Slot {
    const isNew = record.storageCleared || record.base === undefined;
    const base = isNew ? 0n : this.#state.storage(record.address, slot);
    const loaded: Slot = { base, current: base, original: base, originalIn: 0, warmIn: 0 };
    record.slots.set(slot, loaded);
    return loaded;
  }

  #write(record: AccountRecord, account: Account): void {
    const before = record.account;
    record.account = account;
    this.#journal.push(() => {
      record.account = before;
    });
    this.#touch(record);
  }

  #touch(record: AccountRecord): void {
    if (record.touchedIn === this.#serial) return;
    const before = record.touchedIn;
    record.touchedIn = this.#serial;
    this.#touched.push(record);
    if (record.address === RIPEMD) return;
    this.#journal.push(() => {
      record.touchedIn = before;
    });
  }

  #warm(what: AccountRecord | Slot): boolean {
    if (what.warmIn === this.#serial) return false;
    const before = what.warmIn;
    what.warmIn = this.#serial;
    this.#journal.push(() => {
      what.warmIn = before;
    });
    return true;
  }
}

const EMPTY_ACCOUNT: Account = { nonce: 0n, balanceWei: 0n, codeHash: EMPTY_CODE_HASH };

function isEmpty(account: Account): boolean {
  return account.nonce === 0n && account.balanceWei === 0n && account.codeHash === EMPTY_CODE_HASH;
}

function remove(record: AccountRecord): void {
  record.account = undefined;
  record.slots = new WordMap();
  record.storageCleared = true;
}
