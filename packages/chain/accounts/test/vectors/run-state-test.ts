import assert from "node:assert/strict";
import { keccak256 } from "@ghostchain/crypto";
import { bytesToHex, encodeRlp, hexToBytes } from "@ghostchain/encoding";
import {
  type Address,
  EMPTY_CODE_HASH,
  type Evm,
  type Hardfork,
  type Hash,
  hashOfBytes,
  includesFork,
  type Log,
  parseAddress,
  type StateChanges,
  type StateReader,
} from "@ghostchain/evm";
import { blobBaseFeeWei, GAS_PER_BLOB, openTransaction } from "@ghostchain/protocol";
import { executeTransaction } from "../../src/execution/execute-transaction.ts";
import { type FullAccount, stateRootOf } from "../../src/trie/trie-root.ts";
import { checkRefusal } from "./expected-refusal.ts";
import {
  blobRulesOf,
  type Expectation,
  type PreAccount,
  type StateTest,
} from "./state-test-format.ts";

/** Runs one transaction of a state test and compares what it leaves: refusal, logs and state root. */
export function runStateTest(
  evm: Evm,
  test: StateTest,
  forkName: string,
  expectation: Expectation,
): void {
  const accounts = readAccounts(test.pre);
  const world = evm.createWorld(accounts.reader);
  const site = { evm, world, ...blockOf(test, forkName, evm.hardfork) };
  let logs: readonly Log[] = [];
  let failure: unknown;
  try {
    const candidate = openTransaction(hexToBytes(expectation.txbytes), evm.hardfork);
    logs = executeTransaction(site, candidate).logs;
  } catch (error) {
    failure = error;
  }
  // Whatever became of the transaction, the block has a reward, of zero here.
  world.beginTransaction();
  world.addBalance(site.block.coinbase, 0n);
  world.endTransaction();
  checkRefusal(failure, expectation.expectException);
  assert.equal(logsHash(logs), expectation.logs, "logs");
  assert.equal(accounts.rootAfter(world.changes()), expectation.hash, "state root");
}

function blockOf({ env, config }: StateTest, forkName: string, hardfork: Hardfork) {
  const schedule = blobRulesOf({ env, config } as StateTest, forkName);
  const excessBlobGas = BigInt(env.currentExcessBlobGas ?? 0);
  return {
    availableGas: BigInt(env.currentGasLimit),
    availableBlobGas: BigInt(schedule.max) * GAS_PER_BLOB,
    block: {
      number: BigInt(env.currentNumber),
      timestamp: BigInt(env.currentTimestamp),
      coinbase: parseAddress(env.currentCoinbase),
      gasLimit: BigInt(env.currentGasLimit),
      baseFeeWei: includesFork(hardfork, "london") ? BigInt(env.currentBaseFee ?? 0) : 0n,
      difficulty: BigInt(env.currentDifficulty ?? 0),
      prevRandao: BigInt(env.currentRandom ?? 0),
      blobBaseFeeWei: blobBaseFeeWei(excessBlobGas, schedule),
      chainId: BigInt(config?.chainid ?? 1),
      blockHash: (number: bigint) => hashOfBytes(keccak256(Buffer.from(`${number}`))),
    },
  };
}

function readAccounts(pre: Readonly<Record<string, PreAccount>>) {
  const accounts = new Map<Address, FullAccount>();
  const codes = new Map<Hash, Uint8Array>();
  for (const [text, { balance, code, nonce, storage }] of Object.entries(pre)) {
    const bytes = hexToBytes(code);
    const codeHash = bytes.length === 0 ? EMPTY_CODE_HASH : hashOfBytes(keccak256(bytes));
    codes.set(codeHash, bytes);
    accounts.set(parseAddress(text), {
      nonce: BigInt(nonce),
      balanceWei: BigInt(balance),
      codeHash,
      storage: new Map(Object.entries(storage).map(([slot, word]) => [BigInt(slot), BigInt(word)])),
    });
  }
  const reader: StateReader = {
    account: (address) => accounts.get(address),
    storage: (address, slot) => accounts.get(address)?.storage.get(slot) ?? 0n,
    code: (codeHash) => codes.get(codeHash) ?? new Uint8Array(0),
    hasStorage: (address) => (accounts.get(address)?.storage.size ?? 0) > 0,
  };
  return { reader, rootAfter: (changes: StateChanges) => rootAfter(accounts, changes) };
}

function rootAfter(before: ReadonlyMap<Address, FullAccount>, changes: StateChanges): Hash {
  const after = new Map(before);
  for (const [address, { account, storageCleared, storage }] of changes.accounts) {
    if (account === undefined) {
      after.delete(address);
      continue;
    }
    const kept = storageCleared ? [] : (before.get(address)?.storage ?? []);
    after.set(address, { ...account, storage: new Map([...kept, ...storage]) });
  }
  return stateRootOf(after);
}

function logsHash(logs: readonly Log[]): string {
  const items = logs.map(({ address, topics, data }) => [
    hexToBytes(address),
    topics.map(hexToBytes),
    data,
  ]);
  return bytesToHex(keccak256(encodeRlp(items)));
}
