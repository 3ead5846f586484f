import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Placed, stateOf } from "../../test/run-code.ts";
import { addressOfWord } from "../address.ts";
import type { Address } from "../evm.ts";
import type { Hardfork } from "../hardfork.ts";
import { precompilesOf } from "../precompiles/precompiles-of.ts";
import { CodeCache } from "./code.ts";
import { JournaledWorld } from "./journaled-world.ts";
import { rulesOf } from "./rules.ts";

const ADDRESSES = [0xa1n, 0xa2n, 0xa3n].map(addressOfWord);
const [FIRST, SECOND] = ADDRESSES as [Address, Address];
const RIPEMD = addressOfWord(3n);

function worldOf(accounts: ReadonlyMap<Address, Placed>, hardfork: Hardfork = "osaka") {
  const precompiles = precompilesOf(hardfork);
  const state = stateOf(accounts);
  const world = new JournaledWorld(state, rulesOf(hardfork), new CodeCache(1000), precompiles);
  world.beginTransaction();
  return world;
}

function somewhere(): JournaledWorld {
  const accounts = new Map<Address, Placed>([
    [FIRST, { nonce: 1n, balanceWei: 100n, code: Uint8Array.of(1), storage: new Map([[0n, 7n]]) }],
  ]);
  return worldOf(accounts);
}

type Step = (world: JournaledWorld) => void;

const anyAddress = fc.constantFrom(...ADDRESSES);
const anySmall = fc.bigInt({ min: 0n, max: 3n });
/** Everything that can be done to a world inside a transaction. */
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(anyAddress, anySmall).map(
    ([who, wei]): Step =>
      (world) =>
        world.addBalance(who, wei),
  ),
  fc.tuple(anyAddress, anySmall).map(
    ([who, nonce]): Step =>
      (world) =>
        world.setNonce(who, nonce),
  ),
  fc.tuple(anyAddress, fc.uint8Array({ maxLength: 3 })).map(
    ([who, code]): Step =>
      (world) =>
        world.setCode(who, code),
  ),
  fc.tuple(anyAddress, anySmall, anySmall).map(
    ([who, slot, value]): Step =>
      (world) =>
        world.setStorage(who, slot, value),
  ),
  fc.tuple(anyAddress, anySmall, anySmall).map(
    ([who, slot, value]): Step =>
      (world) =>
        world.setTransientStorage(who, slot, value),
  ),
  anyAddress.map(
    (who): Step =>
      (world) =>
        void world.warmAccount(who),
  ),
  fc.tuple(anyAddress, anySmall).map(
    ([who, slot]): Step =>
      (world) =>
        void world.warmSlot(who, slot),
  ),
  anyAddress.map(
    (address): Step =>
      (world) =>
        world.addLog({ address, topics: [], data: new Uint8Array(0) }),
  ),
  anySmall.map(
    (gas): Step =>
      (world) =>
        world.addRefund(Number(gas)),
  ),
  anyAddress.map(
    (who): Step =>
      (world) =>
        world.create(who),
  ),
  anyAddress.map(
    (who): Step =>
      (world) =>
        world.destroy(who),
  ),
  anyAddress.map(
    (who): Step =>
      (world) =>
        world.touch(who),
  ),
);

/** All that a contract could see of it. */
function seen(world: JournaledWorld) {
  const slots = [0n, 1n, 2n, 3n];
  return {
    logs: [...world.logs],
    refund: world.refund,
    accounts: ADDRESSES.map((address) => ({
      account: world.account(address),
      code: [...world.code(address)],
      isCreatedHere: world.isCreatedHere(address),
      isWarm: world.isWarmAccount(address),
      storage: slots.map((slot) => world.storage(address, slot)),
      original: slots.map((slot) => world.originalStorage(address, slot)),
      transient: slots.map((slot) => world.transientStorage(address, slot)),
      warmSlots: slots.map((slot) => world.isWarmSlot(address, slot)),
    })),
  };
}

describe("JournaledWorld", () => {
  it("is as it was at a checkpoint once reverted to it, whatever was done", () => {
    fc.assert(
      fc.property(
        fc.array(anyStep),
        fc.array(anyStep),
        fc.array(anyStep),
        (first, second, third) => {
          const world = somewhere();
          for (const step of first) step(world);
          const before = seen(world);
          const outer = world.checkpoint();
          for (const step of second) step(world);
          const between = seen(world);
          const inner = world.checkpoint();
          for (const step of third) step(world);
          world.revertTo(inner);
          expect(seen(world)).toEqual(between);
          world.revertTo(outer);
          expect(seen(world)).toEqual(before);
        },
      ),
    );
  });

  it("ends a transaction as if what was reverted had never been done", () => {
    fc.assert(
      fc.property(fc.array(anyStep), fc.array(anyStep), (kept, reverted) => {
        const [plain, world] = [somewhere(), somewhere()];
        for (const step of kept) {
          step(plain);
          step(world);
        }
        const checkpoint = world.checkpoint();
        for (const step of reverted) step(world);
        world.revertTo(checkpoint);
        plain.endTransaction();
        world.endTransaction();
        expect(world.changes()).toEqual(plain.changes());
      }),
    );
  });

  it("reports what differs from before the block, and nothing else", () => {
    const world = somewhere();
    world.setStorage(FIRST, 0n, 8n);
    world.setStorage(FIRST, 0n, 7n);
    world.addBalance(FIRST, 5n);
    world.subtractBalance(FIRST, 5n);
    world.storage(SECOND, 1n);
    expect(world.changes().accounts.size).toBe(0);
    world.setStorage(FIRST, 1n, 9n);
    world.setStorage(FIRST, 0n, 0n);
    const change = world.changes().accounts.get(FIRST);
    expect(change?.account).toMatchObject({ nonce: 1n, balanceWei: 100n });
    expect([...(change?.storage ?? [])]).toEqual([
      [0n, 0n],
      [1n, 9n],
    ]);
  });

  it("reports code that is new and in use", () => {
    const world = somewhere();
    world.setCode(SECOND, Uint8Array.of(5));
    const checkpoint = world.checkpoint();
    world.setCode(SECOND, Uint8Array.of(6));
    world.revertTo(checkpoint);
    expect([...world.changes().code.values()]).toEqual([Uint8Array.of(5)]);
  });
});

describe("JournaledWorld between transactions", () => {
  it("forgets warmth, transient storage, logs and refunds, and takes new original values", () => {
    const world = somewhere();
    world.setStorage(FIRST, 0n, 8n);
    world.setTransientStorage(FIRST, 0n, 1n);
    world.warmAccount(FIRST);
    world.warmSlot(FIRST, 0n);
    world.addRefund(5);
    world.addLog({ address: FIRST, topics: [], data: new Uint8Array(0) });
    expect(world.originalStorage(FIRST, 0n)).toBe(7n);
    world.endTransaction();
    world.beginTransaction();
    expect(world.originalStorage(FIRST, 0n)).toBe(8n);
    expect(world.transientStorage(FIRST, 0n)).toBe(0n);
    expect(world.isWarmAccount(FIRST)).toBe(false);
    expect(world.isWarmSlot(FIRST, 0n)).toBe(false);
    expect([world.refund, world.logs.length]).toEqual([0n, 0]);
  });

  it("gives a destroyed account's storage to nobody who comes after", () => {
    const world = somewhere();
    world.destroy(FIRST);
    world.endTransaction();
    world.beginTransaction();
    world.create(FIRST);
    expect(world.storage(FIRST, 0n)).toBe(0n);
    world.setStorage(FIRST, 1n, 2n);
    world.endTransaction();
    expect(world.changes().accounts.get(FIRST)).toMatchObject({ storageCleared: true });
  });

  it("removes empty accounts that were touched, since EIP-161", () => {
    const empty = new Map<Address, Placed>([
      [FIRST, {}],
      [SECOND, {}],
    ]);
    for (const hardfork of ["spuriousDragon", "osaka"] as const) {
      const world = worldOf(empty, hardfork);
      world.touch(FIRST);
      world.endTransaction();
      expect([...world.changes().accounts.keys()]).toEqual([FIRST]);
    }
    const world = worldOf(empty, "homestead");
    world.touch(FIRST);
    world.addBalance(addressOfWord(0xa3n), 0n);
    world.endTransaction();
    expect([...world.changes().accounts.keys()]).toEqual([addressOfWord(0xa3n)]);
  });

  it("keeps RIPEMD-160 touched though its frame failed, as mainnet once did", () => {
    const world = worldOf(new Map<Address, Placed>([[RIPEMD, {}]]), "spuriousDragon");
    const checkpoint = world.checkpoint();
    world.touch(RIPEMD);
    world.revertTo(checkpoint);
    world.endTransaction();
    expect(world.changes().accounts.get(RIPEMD)?.account).toBeUndefined();
    expect(world.changes().accounts.has(RIPEMD)).toBe(true);
  });
});
