import { keccak256 } from "@ghostchain/crypto";
import {
  type AccountChange,
  type Address,
  addressOfWord,
  EMPTY_CODE_HASH,
  hashOfBytes,
  type StateChanges,
} from "@ghostchain/evm";
import { type KeyValue, openMemory } from "@ghostchain/storage";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountKey, decodeAccount, slotKey } from "../trie/account-leaf.ts";
import { verifyProof } from "../trie/prove.ts";
import { type FullAccount, stateRootOf } from "../trie/trie-root.ts";
import { type AccountState, openAccountState, type StateSnapshot } from "./account-state.ts";

/** A whole state, as a test keeps it beside ours. */
type Model = ReadonlyMap<Address, FullAccount>;

const ADDRESSES = [1n, 2n, 3n, 4n].map(addressOfWord);
const SLOTS = [0n, 1n, 2n ** 255n];
const CODE = Uint8Array.of(0x60, 0x01);
const CODE_HASH = hashOfBytes(keccak256(CODE));

const account = fc.record({
  nonce: fc.bigInt({ min: 0n, max: 3n }),
  balanceWei: fc.bigInt({ min: 0n, max: 2n ** 80n }),
  codeHash: fc.constantFrom(EMPTY_CODE_HASH, CODE_HASH),
});
const storage = fc
  .array(fc.tuple(fc.constantFrom(...SLOTS), fc.bigInt({ min: 0n, max: 300n })), { maxLength: 3 })
  .map((entries) => new Map(entries));
const change: fc.Arbitrary<AccountChange> = fc.oneof(
  fc.constant({ account: undefined, storageCleared: true, storage: new Map() }),
  fc.record({ account, storageCleared: fc.boolean(), storage }),
);
const changes: fc.Arbitrary<StateChanges> = fc
  .array(fc.tuple(fc.constantFrom(...ADDRESSES), change), { maxLength: 4 })
  .map((entries) => ({ accounts: new Map(entries), code: new Map([[CODE_HASH, CODE]]) }));
const history = fc.array(changes, { minLength: 1, maxLength: 6 });

/** A run proves every key of every block. */
const FEW_RUNS = { numRuns: 40 };

describe("openAccountState", () => {
  it("gives every block's root, and every block's state afterwards", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (blocks) => {
        const { state, models } = await chainOf(blocks);
        expect(state.headNumber()).toBe(BigInt(blocks.length - 1));
        for (const [number, model] of models.entries()) {
          expectState(state.at(BigInt(number)), model);
        }
      }),
      FEW_RUNS,
    );
  });

  it("goes back to any block as if the later ones had never been", async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), history, async (blocks, pick, others) => {
        const { store, state, models } = await chainOf(blocks);
        const number = pick % blocks.length;
        await store.write(state.unwindTo(BigInt(number)));
        const kept = models.slice(0, number + 1);
        expect(state.headNumber()).toBe(BigInt(number));
        const grown = await extend(store, state, kept, others);
        for (const [at, model] of grown.entries()) expectState(state.at(BigInt(at)), model);
      }),
      FEW_RUNS,
    );
  });

  it("stages a branch of several blocks and commits it in one write", async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), history, async (blocks, pick, branch) => {
        const { store, state, models } = await chainOf(blocks);
        const from = pick % blocks.length;
        const kept = models.slice(0, from + 1);
        const writes = state.unwindTo(BigInt(from));
        let tip: StateSnapshot = state.at(BigInt(from));
        for (const next of branch) {
          const staged = tip.stage({ number: BigInt(kept.length), changes: next });
          kept.push(applied(kept.at(-1) ?? new Map(), next));
          expectState(staged, kept.at(-1) ?? new Map());
          writes.push(...staged.writes);
          tip = staged;
        }
        for (const [at, model] of models.entries()) expectState(state.at(BigInt(at)), model);
        await store.write(writes);
        expect(state.headNumber()).toBe(BigInt(kept.length - 1));
        for (const [at, model] of kept.entries()) expectState(state.at(BigInt(at)), model);
      }),
      FEW_RUNS,
    );
  });
});

describe("openAccountState with history", () => {
  it("forgets what is older than it was told to keep, and says so", async () => {
    const write = (balanceWei: bigint) =>
      changing({ nonce: 0n, balanceWei, codeHash: EMPTY_CODE_HASH });
    const blocks = [1n, 2n, 3n, 4n, 5n].map(write);
    const { store, state } = await chainOf(blocks, 2);
    expect(state.oldestNumber()).toBe(2n);
    const [address] = ADDRESSES as [Address];
    expect([2n, 3n, 4n].map((at) => state.readerAt(at).account(address)?.balanceWei)).toEqual([
      3n,
      4n,
      5n,
    ]);
    expect(() => state.at(1n)).toThrowError(
      expect.objectContaining({ fault: { code: "STATE_NOT_KEPT", number: 1n, oldestNumber: 2n } }),
    );
    expect(() => state.unwindTo(1n)).toThrowError(/STATE_NOT_KEPT/);
    expect(() => state.at(5n)).toThrowError(
      expect.objectContaining({ fault: { code: "STATE_NOT_REACHED", number: 5n, headNumber: 4n } }),
    );
    const keys = [...store.range({ from: new Uint8Array(0), to: new Uint8Array(64).fill(255) })];
    const forever = await chainOf(blocks);
    const all = [
      ...forever.store.range({ from: new Uint8Array(0), to: new Uint8Array(64).fill(255) }),
    ];
    expect(keys.length).toBeLessThan(all.length);
  });

  it("takes edits of a block's state back one by one", async () => {
    const { store, state, models } = await chainOf([changing(undefined), changing(undefined)]);
    const edited = [1n, 2n, 3n].map((balanceWei) =>
      changing({ nonce: 9n, balanceWei, codeHash: EMPTY_CODE_HASH }),
    );
    for (const next of edited) {
      const edit = state.headEdit() + 1n;
      await store.write(state.at(1n).stage({ number: 1n, edit, changes: next }).writes);
    }
    const balance = () => state.readerAt(1n).account(ADDRESSES[0] as Address)?.balanceWei;
    expect([state.headEdit(), balance()]).toEqual([3n, 3n]);
    await store.write(state.unwindTo(1n, 2n));
    expect([state.headEdit(), balance()]).toEqual([2n, 2n]);
    await store.write(state.unwindTo(1n, 0n));
    expect(state.headEdit()).toBe(0n);
    expectState(state.at(1n), models[1] as Model);
  });
});

async function chainOf(blocks: readonly StateChanges[], historyBlocks: number | "all" = "all") {
  const store = openMemory();
  const state = openAccountState(store, { historyBlocks });
  const models = await extend(store, state, [], blocks);
  return { store, state, models };
}

async function extend(
  store: KeyValue,
  state: AccountState,
  models: readonly Model[],
  blocks: readonly StateChanges[],
): Promise<Model[]> {
  const grown = [...models];
  for (const next of blocks) {
    const number = BigInt(grown.length);
    const parentNumber = number === 0n ? undefined : number - 1n;
    const staged = state.stage({ parentNumber, number, changes: next });
    const model = applied(grown.at(-1) ?? new Map(), next);
    expect(staged.stateRoot).toBe(stateRootOf(model));
    await store.write(staged.writes);
    grown.push(model);
  }
  return grown;
}

function applied(model: Model, next: StateChanges): Model {
  const after = new Map(model);
  for (const [address, { account, storageCleared, storage }] of next.accounts) {
    if (account === undefined) {
      after.delete(address);
      continue;
    }
    const slots = new Map(storageCleared ? [] : after.get(address)?.storage);
    for (const [slot, value] of storage) {
      if (value === 0n) slots.delete(slot);
      else slots.set(slot, value);
    }
    after.set(address, { ...account, storage: slots });
  }
  return after;
}

/** Values, proofs and enumerations all agree with the model. */
function expectState(snapshot: StateSnapshot, model: Model): void {
  const root = stateRootOf(model);
  expect(new Set(snapshot.addresses())).toEqual(new Set(model.keys()));
  for (const address of ADDRESSES) {
    const expected = model.get(address);
    const { reader } = snapshot;
    expect(reader.account(address)?.balanceWei).toBe(expected?.balanceWei);
    expect(reader.hasStorage(address)).toBe((expected?.storage.size ?? 0) > 0);
    if (expected?.codeHash === CODE_HASH) expect(reader.code(CODE_HASH)).toEqual(CODE);
    expect(new Map(snapshot.slotsOf(address))).toEqual(expected?.storage ?? new Map());
    const proof = snapshot.prove(address, SLOTS);
    const leaf = verifyProof(root, accountKey(address), proof.accountProof);
    expect(leaf && decodeAccount(leaf).nonce).toBe(expected?.nonce);
    expect(leaf && decodeAccount(leaf).storageRoot).toBe(expected && proof.storageHash);
    for (const { slot, value, proof: nodes } of proof.storageProof) {
      expect(reader.storage(address, slot)).toBe(expected?.storage.get(slot) ?? 0n);
      expect(value).toBe(expected?.storage.get(slot) ?? 0n);
      const proven = verifyProof(proof.storageHash, slotKey(slot), nodes);
      expect(proven !== undefined).toBe(value !== 0n);
    }
  }
}

function changing(account: AccountChange["account"]): StateChanges {
  const address = ADDRESSES[0] as Address;
  const change = { account, storageCleared: false, storage: new Map() };
  return { accounts: new Map([[address, change]]), code: new Map() };
}
