import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { keccak256 } from "@ghostchain/crypto";
import { bytesToHex, encodeRlp, hexToBytes } from "@ghostchain/encoding";
import {
  type Address,
  createReferenceEvm,
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
import { openTransaction } from "@ghostchain/protocol";
import { listVectorFiles, testVectors, type VectorTally } from "@ghostchain/tools/vectors";
import { expect } from "vitest";
import { executeTransaction } from "../../src/execution/execute-transaction.ts";
import { GAS_PER_BLOB } from "../../src/pool/transaction-fees.ts";
import { type FullAccount, stateRootOf } from "../../src/trie/trie-root.ts";
import {
  blobScheduleOf,
  type Expectation,
  hardforkNamed,
  type PreAccount,
  type StateTest,
} from "./state-test-format.ts";

const machines = new Map<Hardfork, Evm>();

for (const [suite, path] of [
  ["GeneralStateTests", "ethereum/GeneralStateTests"],
  ["EIPTests/StateTests", "ethereum/EIPTests/StateTests"],
  ["OsakaStateTests", "ethereum/OsakaStateTests"],
] as const) {
  testVectors(suite, path, (directory, tally) => {
    for (const file of listVectorFiles(directory)) runFile(file, relative(directory, file), tally);
  });
}

function runFile(file: string, label: string, tally: VectorTally): void {
  const text = readFileSync(file, "utf8");
  // The published set holds a file that is empty.
  if (text === "") return;
  for (const [name, test] of Object.entries<StateTest>(JSON.parse(text))) {
    for (const [forkName, expectations] of Object.entries(test.post)) {
      for (const expectation of expectations) {
        const { data, gas, value } = expectation.indexes;
        const shortName = name.split("::").at(-1);
        tally.check(`${label} ${shortName} ${forkName} d${data} g${gas} v${value}`, () =>
          runCase(test, forkName, expectation),
        );
      }
    }
  }
}

function runCase(test: StateTest, forkName: string, expectation: Expectation): void {
  const accounts = readAccounts(test.pre);
  const evm = machineOf(hardforkNamed(forkName));
  const world = evm.createWorld(accounts.reader);
  let logs: readonly Log[] = [];
  let failure: unknown;
  try {
    const candidate = openTransaction(hexToBytes(expectation.txbytes), evm.hardfork);
    const site = { evm, world, ...blockOf(test, forkName, evm.hardfork) };
    logs = executeTransaction(site, candidate).logs;
  } catch (error) {
    failure = error;
  }
  if (expectation.expectException === undefined) expect(failure).toBeUndefined();
  else expect(failure, expectation.expectException).toHaveProperty("code");
  expect(logsHash(logs), "logs").toBe(expectation.logs);
  expect(accounts.rootAfter(world.changes()), "state root").toBe(expectation.hash);
}

function blockOf({ env, config }: StateTest, forkName: string, hardfork: Hardfork) {
  const schedule = blobScheduleOf({ env, config } as StateTest, forkName);
  const excessBlobGas = BigInt(env.currentExcessBlobGas ?? 0);
  return {
    availableGas: BigInt(env.currentGasLimit),
    availableBlobGas: schedule.max * GAS_PER_BLOB,
    block: {
      number: BigInt(env.currentNumber),
      timestamp: BigInt(env.currentTimestamp),
      coinbase: parseAddress(env.currentCoinbase),
      gasLimit: BigInt(env.currentGasLimit),
      baseFeeWei: includesFork(hardfork, "london") ? BigInt(env.currentBaseFee ?? 0) : 0n,
      difficulty: BigInt(env.currentDifficulty ?? 0),
      prevRandao: BigInt(env.currentRandom ?? 0),
      blobBaseFeeWei: blobBaseFee(excessBlobGas, schedule.updateFraction),
      chainId: BigInt(config?.chainid ?? 1),
      blockHash: (number: bigint) => hashOfBytes(keccak256(Buffer.from(`${number}`))),
    },
  };
}

/** @see EIP-4844, "fake_exponential" */
function blobBaseFee(excessBlobGas: bigint, updateFraction: bigint): bigint {
  let sum = 0n;
  let term = updateFraction;
  for (let index = 1n; term > 0n; index++) {
    sum += term;
    term = (term * excessBlobGas) / (updateFraction * index);
  }
  return sum / updateFraction;
}

function machineOf(hardfork: Hardfork): Evm {
  const known = machines.get(hardfork);
  if (known !== undefined) return known;
  const machine = createReferenceEvm({ hardfork, precompiles: new Map() });
  machines.set(hardfork, machine);
  return machine;
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
