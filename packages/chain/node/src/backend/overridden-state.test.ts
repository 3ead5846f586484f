import { keccak256 } from "@ghostchain/crypto";
import { type Address, EMPTY_CODE_HASH, hashOfBytes, type StateReader } from "@ghostchain/evm";
import { describe, expect, it } from "vitest";
import { overrideState } from "./overridden-state.ts";

const ALICE = `0x${"a1".repeat(20)}` as Address;
const BOB = `0x${"b0".repeat(20)}` as Address;
const OLD_CODE = Uint8Array.of(1);

const BASE: StateReader = {
  account: (address) =>
    address === ALICE
      ? { nonce: 3n, balanceWei: 10n, codeHash: hashOfBytes(keccak256(OLD_CODE)) }
      : undefined,
  storage: (address, slot) => (address === ALICE && slot < 2n ? 5n : 0n),
  code: () => OLD_CODE,
  hasStorage: (address) => address === ALICE,
};

describe("overrideState", () => {
  it("changes what is named and keeps the rest", () => {
    const state = overrideState(BASE, new Map([[ALICE, { balanceWei: 7n }]]));
    expect(state.account(ALICE)).toEqual({ ...BASE.account(ALICE), balanceWei: 7n });
    expect(state.account(BOB)).toBeUndefined();
    expect(state.storage(ALICE, 1n)).toBe(5n);
  });

  it("makes an account where there was none", () => {
    const state = overrideState(BASE, new Map([[BOB, { nonce: 9n }]]));
    expect(state.account(BOB)).toEqual({ nonce: 9n, balanceWei: 0n, codeHash: EMPTY_CODE_HASH });
  });

  it("serves the new code by its hash", () => {
    const code = Uint8Array.of(0x60, 0x00);
    const state = overrideState(BASE, new Map([[ALICE, { code }]]));
    const codeHash = state.account(ALICE)?.codeHash ?? EMPTY_CODE_HASH;
    expect(codeHash).toBe(hashOfBytes(keccak256(code)));
    expect(state.code(codeHash)).toBe(code);
  });

  it("replaces all storage, or single slots", () => {
    const all = overrideState(BASE, new Map([[ALICE, { state: new Map([[1n, 8n]]) }]]));
    expect([all.storage(ALICE, 0n), all.storage(ALICE, 1n)]).toEqual([0n, 8n]);
    const one = overrideState(BASE, new Map([[ALICE, { stateDiff: new Map([[1n, 8n]]) }]]));
    expect([one.storage(ALICE, 0n), one.storage(ALICE, 1n)]).toEqual([5n, 8n]);
  });

  it("knows whether any storage is left", () => {
    const emptied = overrideState(BASE, new Map([[ALICE, { state: new Map([[1n, 0n]]) }]]));
    expect(emptied.hasStorage(ALICE)).toBe(false);
    const given = overrideState(BASE, new Map([[BOB, { stateDiff: new Map([[1n, 1n]]) }]]));
    expect(given.hasStorage(BOB)).toBe(true);
  });
});
