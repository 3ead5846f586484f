import { Common, Hardfork, Mainnet } from "@ethereumjs/common";
import { createEVM } from "@ethereumjs/evm";
import { SimpleStateManager } from "@ethereumjs/statemanager";
import { Account, createAddressFromString } from "@ethereumjs/util";
import { keccak256 } from "@ghostchain/crypto";
import { bigIntToBytes, bigIntToFixedBytes, bytesToHex } from "@ghostchain/encoding";
import {
  type Address,
  createReferenceEvm,
  hashOfBytes,
  type Account as OurAccount,
  type StateReader,
  ZERO_ADDRESS,
} from "@ghostchain/evm";
import { CALLER, LOOPS, type Workload } from "./workload.ts";

/** Prepares a fresh state, untimed, and gives back the call itself. */
export interface Machine {
  readonly name: string;
  prepare(workload: Workload): Promise<() => Promise<Outcome>>;
}

export interface Outcome {
  readonly gasUsed: bigint;
  readonly output: string;
}

export function ourMachine(): Machine {
  const evm = createReferenceEvm({ hardfork: "osaka" });
  const transaction = { origin: CALLER, gasPriceWei: 0n, blobHashes: [] };
  const block = {
    number: 1n,
    timestamp: 1n,
    coinbase: ZERO_ADDRESS,
    gasLimit: 1_000_000_000n,
    baseFeeWei: 0n,
    difficulty: 0n,
    prevRandao: 0n,
    blobBaseFeeWei: 1n,
    chainId: 1n,
    blockHash: () => undefined,
  };
  return {
    name: "vm/evm",
    async prepare({ contracts, data, gas }) {
      const world = evm.createWorld(readerOf(contracts));
      world.beginTransaction();
      world.warmAccount(LOOPS);
      const message = { caller: CALLER, to: LOOPS, valueWei: 0n, data, gas };
      return async () => {
        const { gasLeft, output } = evm.run(world, block, transaction, message);
        return { gasUsed: gas - gasLeft, output: bytesToHex(output) };
      };
    },
  };
}

export function ethereumjsMachine(): Machine {
  const common = new Common({ chain: Mainnet, hardfork: Hardfork.Osaka });
  return {
    name: "@ethereumjs/evm",
    async prepare({ contracts, data, gas }) {
      const stateManager = new SimpleStateManager({ common });
      for (const [address, { code, storage }] of contracts) {
        const theirs = createAddressFromString(address);
        await stateManager.putAccount(theirs, new Account(1n, 0n));
        await stateManager.putCode(theirs, code);
        for (const [slot, value] of storage) {
          await stateManager.putStorage(theirs, bigIntToFixedBytes(slot, 32), bigIntToBytes(value));
        }
      }
      const evm = await createEVM({ common, stateManager });
      evm.journal.addAlwaysWarmAddress(LOOPS.slice(2));
      const call = {
        caller: createAddressFromString(CALLER),
        to: createAddressFromString(LOOPS),
        data,
        gasLimit: gas,
      };
      return async () => {
        const { execResult } = await evm.runCall(call);
        return { gasUsed: execResult.executionGasUsed, output: bytesToHex(execResult.returnValue) };
      };
    },
  };
}

function readerOf(contracts: Workload["contracts"]): StateReader {
  const codes = new Map<string, Uint8Array>();
  const accounts = new Map<Address, OurAccount>();
  for (const [address, { code }] of contracts) {
    const codeHash = hashOfBytes(keccak256(code));
    codes.set(codeHash, code);
    accounts.set(address, { nonce: 1n, balanceWei: 0n, codeHash });
  }
  return {
    account: (address) => accounts.get(address),
    storage: (address, slot) => contracts.get(address)?.storage.get(slot) ?? 0n,
    code: (codeHash) => codes.get(codeHash) ?? new Uint8Array(0),
    hasStorage: (address) => (contracts.get(address)?.storage.size ?? 0) > 0,
  };
}
