import type { Account, Address } from "../evm.ts";
import { WordMap } from "../word-map.ts";
import type { AccountChange } from "../world.ts";
import type { AccountRecord, Slot } from "./account-record.ts";

/** What differs from before the block, and nothing that was only read or changed back. */
export function collectChanges(records: Iterable<AccountRecord>): Map<Address, AccountChange> {
  const changes = new Map<Address, AccountChange>();
  for (const record of records) {
    const change = changeOf(record);
    if (change !== undefined) changes.set(record.address, change);
  }
  return changes;
}

function changeOf(record: AccountRecord): AccountChange | undefined {
  const { base, account } = record;
  const storageCleared = record.storageCleared && base !== undefined;
  const storage = account === undefined ? new WordMap<bigint>() : changedSlots(record.slots);
  const isSame = sameAccount(base, account) && !storageCleared && storage.size === 0;
  return isSame ? undefined : { account, storageCleared, storage };
}

function changedSlots(slots: WordMap<Slot>): WordMap<bigint> {
  const changed = new WordMap<bigint>();
  for (const [slot, { base, current }] of slots) {
    if (current !== base) changed.set(slot, current);
  }
  return changed;
}

function sameAccount(a: Account | undefined, b: Account | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.nonce === b.nonce && a.balanceWei === b.balanceWei && a.codeHash === b.codeHash;
}
