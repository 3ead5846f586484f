import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AccountChange, type Address, addressOfWord, EMPTY_CODE_HASH } from "@ghostchain/evm";
import { type KeyValue, openLmdb } from "@ghostchain/storage";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AccountState, openAccountState, stateRootOf } from "../../src/index.ts";

const ALICE = addressOfWord(0xa11cen);
const BOB = addressOfWord(0xb0bn);

let directory: string;
let store: KeyValue;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "state-on-disk-"));
  store = openLmdb({ path: directory });
});

afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

describe("account state on LMDB", () => {
  it("is there again after the store was closed, with its past", async () => {
    const roots = [];
    for (let number = 0n; number < 5n; number++) roots.push(await commit(open("all"), number));
    await store.close();
    store = openLmdb({ path: directory });
    const state = open("all");
    expect(state.headNumber()).toBe(4n);
    for (let number = 0n; number < 5n; number++) {
      const { reader } = state.at(number);
      expect(reader.account(ALICE)?.nonce).toBe(number);
      expect(reader.storage(BOB, number)).toBe(number === 0n ? 0n : 100n);
      expect(reader.storage(BOB, number + 1n)).toBe(0n);
      expect(stateRootOf(accountsAt(number))).toBe(roots[Number(number)]);
    }
  });

  it("goes back, forgets, and clears what was destroyed", async () => {
    for (let number = 0n; number < 6n; number++) await commit(open(3), number);
    const state = open(3);
    expect(state.oldestNumber()).toBe(2n);
    await store.write(state.unwindTo(3n));
    expect(state.headNumber()).toBe(3n);
    expect([...state.at(3n).slotsOf(BOB)].length).toBe(3);
    expect([...state.at(2n).slotsOf(BOB)].length).toBe(2);
    const gone: AccountChange = { account: undefined, storageCleared: true, storage: new Map() };
    const changes = { accounts: new Map([[BOB, gone]]), code: new Map() };
    const staged = state.at(3n).stage({ number: 4n, changes });
    await store.write(staged.writes);
    expect([...state.at(4n).slotsOf(BOB)]).toEqual([]);
    expect([...state.at(4n).addresses()]).toEqual([ALICE]);
    expect(new Set(state.at(3n).addresses())).toEqual(new Set([ALICE, BOB]));
    expect([...state.at(3n).slotsOf(BOB)].length).toBe(3);
  });
});

function open(historyBlocks: number | "all"): AccountState {
  return openAccountState(store, { historyBlocks });
}

async function commit(state: AccountState, number: bigint) {
  const changes = { accounts: changesAt(number), code: new Map() };
  const parentNumber = number === 0n ? undefined : number - 1n;
  const { stateRoot, writes } = state.stage({ parentNumber, number, changes });
  await store.write(writes);
  return stateRoot;
}

/** Alice's nonce is the block's number; Bob gets a slot a block. */
function changesAt(number: bigint): Map<Address, AccountChange> {
  const slots: [bigint, bigint][] = number === 0n ? [] : [[number, 100n]];
  return new Map([
    [ALICE, { account: accountOf(number), storageCleared: false, storage: new Map() }],
    [BOB, { account: accountOf(7n), storageCleared: false, storage: new Map(slots) }],
  ]);
}

function accountsAt(number: bigint) {
  const slots = Array.from({ length: Number(number) }, (_, i): [bigint, bigint] => [
    BigInt(i + 1),
    100n,
  ]);
  return new Map([
    [ALICE, { ...accountOf(number), storage: new Map() }],
    [BOB, { ...accountOf(7n), storage: new Map(slots) }],
  ]);
}

function accountOf(nonce: bigint) {
  return { nonce, balanceWei: 10n ** 18n, codeHash: EMPTY_CODE_HASH };
}
