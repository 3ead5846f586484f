import { keccak256 } from "@ghostchain/crypto";
import {
  type Account,
  type Address,
  EMPTY_CODE_HASH,
  type Hash,
  hashOfBytes,
  type StateReader,
} from "@ghostchain/evm";
import type { StateOverride } from "@ghostchain/rpc";

/** `base` as it would be with some accounts different; `base` itself is left alone. */
export function overrideState(
  base: StateReader,
  overrides: ReadonlyMap<Address, StateOverride>,
): StateReader {
  const codeByHash = new Map<Hash, Uint8Array>();
  const codeHashes = new Map<Address, Hash>();
  for (const [address, { code }] of overrides) {
    if (code === undefined) continue;
    const codeHash = hashOfBytes(keccak256(code));
    codeByHash.set(codeHash, code);
    codeHashes.set(address, codeHash);
  }
  return {
    account(address) {
      const account = base.account(address);
      const override = overrides.get(address);
      return override === undefined
        ? account
        : overrideAccount(account, override, codeHashes.get(address));
    },
    storage(address, slot) {
      const override = overrides.get(address);
      if (override?.state !== undefined) return override.state.get(slot) ?? 0n;
      return override?.stateDiff?.get(slot) ?? base.storage(address, slot);
    },
    code: (codeHash) => codeByHash.get(codeHash) ?? base.code(codeHash),
    hasStorage(address) {
      const override = overrides.get(address);
      if (override?.state !== undefined) return hasValue(override.state);
      return base.hasStorage(address) || hasValue(override?.stateDiff ?? new Map());
    },
  };
}

function overrideAccount(
  account: Account | undefined,
  override: StateOverride,
  codeHash: Hash | undefined,
): Account {
  return {
    nonce: override.nonce ?? account?.nonce ?? 0n,
    balanceWei: override.balanceWei ?? account?.balanceWei ?? 0n,
    codeHash: codeHash ?? account?.codeHash ?? EMPTY_CODE_HASH,
  };
}

function hasValue(slots: ReadonlyMap<bigint, bigint>): boolean {
  return [...slots.values()].some((value) => value !== 0n);
}
