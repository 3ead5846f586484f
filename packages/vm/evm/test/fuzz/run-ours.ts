import { keccak256 } from "@ghostchain/crypto";
import { bytesToHex, EMPTY_BYTES } from "@ghostchain/encoding";
import {
  type Account,
  type Address,
  type BlockContext,
  createReferenceEvm,
  EMPTY_CODE_HASH,
  type Evm,
  type Hardfork,
  type Hash,
  hashOfBytes,
  hashOfWord,
  includesFork,
  type StateChanges,
  type StateReader,
} from "../../src/index.ts";
import type { AccountOutcome, Outcome } from "./outcome.ts";
import type { Program } from "./program.ts";
import {
  BASE_FEE_WEI,
  BLOB_BASE_FEE_WEI,
  BLOCK_GAS_LIMIT,
  BLOCK_NUMBER,
  BLOCK_TIMESTAMP,
  COINBASE,
  DIFFICULTY,
  GAS_PRICE_WEI,
  PREV_RANDAO,
  SENDER,
} from "./scene.ts";

const machines = new Map<Hardfork, Evm>();

const BLOCK: BlockContext = {
  number: BLOCK_NUMBER,
  timestamp: BLOCK_TIMESTAMP,
  coinbase: COINBASE,
  gasLimit: BLOCK_GAS_LIMIT,
  baseFeeWei: BASE_FEE_WEI,
  difficulty: DIFFICULTY,
  prevRandao: PREV_RANDAO,
  blobBaseFeeWei: BLOB_BASE_FEE_WEI,
  chainId: 1n,
  blockHash: () => undefined,
};

export function runOurs(program: Program, gas: bigint): Outcome {
  const evm = machineOf(program.hardfork);
  const world = evm.createWorld(readerOf(program));
  world.beginTransaction();
  if (includesFork(program.hardfork, "berlin")) {
    for (const address of [SENDER, COINBASE]) world.warmAccount(address);
    if (program.to !== undefined) world.warmAccount(program.to);
  }
  const result = evm.run(
    world,
    BLOCK,
    { origin: SENDER, gasPriceWei: GAS_PRICE_WEI, blobHashes: [hashOfWord(1n), hashOfWord(2n)] },
    { caller: SENDER, to: program.to, valueWei: program.valueWei, data: program.data, gas },
  );
  const { refund, logs } = world;
  world.endTransaction();
  return {
    ending: result.halt === undefined ? "success" : result.halt === "revert" ? "revert" : "halt",
    gasLeft: result.gasLeft,
    output: bytesToHex(result.output),
    created: result.created,
    refund,
    logs: logs.map(({ address, topics, data }) => `${address} ${topics} ${bytesToHex(data)}`),
    accounts: accountsAfter(program, world.changes()),
  };
}

function machineOf(hardfork: Hardfork): Evm {
  const known = machines.get(hardfork);
  if (known !== undefined) return known;
  const machine = createReferenceEvm({ hardfork });
  machines.set(hardfork, machine);
  return machine;
}

function readerOf({ accounts }: Program): StateReader {
  const codes = new Map<Hash, Uint8Array>();
  const heads = new Map<Address, Account>();
  for (const [address, { nonce, balanceWei, code }] of accounts) {
    const codeHash = codeHashOf(code);
    codes.set(codeHash, code);
    heads.set(address, { nonce, balanceWei, codeHash });
  }
  return {
    account: (address) => heads.get(address),
    storage: (address, slot) => accounts.get(address)?.storage.get(slot) ?? 0n,
    code: (codeHash) => codes.get(codeHash) ?? EMPTY_BYTES,
    hasStorage: (address) => (accounts.get(address)?.storage.size ?? 0) > 0,
  };
}

function accountsAfter({ accounts }: Program, changes: StateChanges): AccountOutcome[] {
  const after: AccountOutcome[] = [];
  for (const address of new Set([...accounts.keys(), ...changes.accounts.keys()])) {
    const before = accounts.get(address);
    const change = changes.accounts.get(address);
    const account =
      change !== undefined
        ? change.account
        : before && { ...before, codeHash: codeHashOf(before.code) };
    if (account === undefined) continue;
    const { nonce, balanceWei, codeHash } = account;
    const kept = change?.storageCleared ? [] : (before?.storage ?? []);
    const storage = new Map([...kept, ...(change?.storage ?? [])]);
    for (const [slot, value] of storage) if (value === 0n) storage.delete(slot);
    after.push({ address, nonce, balanceWei, codeHash, storage });
  }
  return after;
}

function codeHashOf(code: Uint8Array): Hash {
  return code.length === 0 ? EMPTY_CODE_HASH : hashOfBytes(keccak256(code));
}
