/**
 * Workload: blocks that each change 1,000 random accounts of 100,000, on LMDB, keeping all history.
 * Expected on one core of a small server: staging (flat state, trie, hashes) 40 ms or less a block, the write apart.
 * Run: node packages/chain/accounts/bench/stage-state.bench.ts
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AccountChange, type Address, addressOfWord, EMPTY_CODE_HASH } from "@ghostchain/evm";
import { openLmdb } from "@ghostchain/storage";
import { openAccountState } from "../src/index.ts";

const ACCOUNTS = 100_000;
const CHANGED = 1_000;
const BLOCKS = 30;

const directory = mkdtempSync(join(tmpdir(), "stage-state-"));
const store = openLmdb({ path: directory });
const state = openAccountState(store, { historyBlocks: "all" });

let seed = 1;
const random = (below: number) => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
};
const addressAt = (index: number) => addressOfWord(BigInt(index + 1) * 0x9e3779b97f4a7c15n ** 2n);
const changesOf = (indexes: Iterable<number>, nonce: bigint) => {
  const accounts = new Map<Address, AccountChange>();
  for (const index of indexes) {
    const account = { nonce, balanceWei: 10n ** 20n + nonce, codeHash: EMPTY_CODE_HASH };
    accounts.set(addressAt(index), { account, storageCleared: false, storage: new Map() });
  }
  return { accounts, code: new Map() };
};

const genesis = changesOf(Array(ACCOUNTS).keys(), 0n);
await store.write(state.stage({ parentNumber: undefined, number: 0n, changes: genesis }).writes);

const stageMs: number[] = [];
const writeMs: number[] = [];
for (let number = 1n; number <= BLOCKS; number++) {
  const changes = changesOf(
    Array.from({ length: CHANGED }, () => random(ACCOUNTS)),
    number,
  );
  const began = performance.now();
  const { writes } = state.stage({ parentNumber: number - 1n, number, changes });
  const staged = performance.now();
  await store.write(writes);
  stageMs.push(staged - began);
  writeMs.push(performance.now() - staged);
}
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];
console.log(`${CHANGED} changes on ${ACCOUNTS} accounts, median of ${BLOCKS} blocks:`);
console.log(`  stage ${median(stageMs)?.toFixed(1)} ms, write ${median(writeMs)?.toFixed(1)} ms`);
await store.close();
rmSync(directory, { recursive: true });
