import { Common, Mainnet, Hardfork as TheirHardfork } from "@ethereumjs/common";
import { createEVM, type EVM, EVMError, type EVMResult } from "@ethereumjs/evm";
import { SimpleStateManager } from "@ethereumjs/statemanager";
import { Account, createAddressFromString, type Address as TheirAddress } from "@ethereumjs/util";
import { bigIntToBytes, bigIntToFixedBytes, bytesToBigInt, bytesToHex } from "@ghostchain/encoding";
import {
  type Address,
  addressOfBytes,
  type Hardfork,
  hashOfBytes,
  hashOfWord,
  includesFork,
  parseAddress,
  precompilesOf,
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

const BLOCK = {
  header: {
    number: BLOCK_NUMBER,
    coinbase: createAddressFromString(COINBASE),
    timestamp: BLOCK_TIMESTAMP,
    difficulty: DIFFICULTY,
    prevRandao: bigIntToFixedBytes(PREV_RANDAO, 32),
    gasLimit: BLOCK_GAS_LIMIT,
    baseFeePerGas: BASE_FEE_WEI,
    slotNumber: 0n,
    getBlobGasPrice: () => BLOB_BASE_FEE_WEI,
  },
};

/** The same with `@ethereumjs/evm`, which is only the machine: what a transaction adds is done here. */
export async function runTheirs(program: Program, gas: bigint): Promise<Outcome> {
  const { hardfork, to, data, valueWei } = program;
  const common = commonOf(hardfork);
  const stateManager = await stateOf(program, common);
  const evm = await createEVM({ common, stateManager });
  if (includesFork(hardfork, "berlin")) warm(evm, program);
  const result = await evm.runCall({
    block: BLOCK,
    caller: createAddressFromString(SENDER),
    gasPrice: GAS_PRICE_WEI,
    gasLimit: gas,
    value: valueWei,
    data,
    ...(to === undefined ? {} : { to: createAddressFromString(to) }),
    skipNonceIncrement: to !== undefined,
    blobVersionedHashes: [hashOfWord(1n), hashOfWord(2n)],
  });
  await endTransaction(evm, result);
  return outcomeOf(result, gas, await accountsOf(stateManager));
}

function commonOf(hardfork: Hardfork): Common {
  const name = hardfork === "frontier" ? TheirHardfork.Chainstart : hardfork;
  return new Common({ chain: Mainnet, hardfork: name });
}

async function stateOf(program: Program, common: Common): Promise<SimpleStateManager> {
  const state = new SimpleStateManager({ common });
  for (const [address, { nonce, balanceWei, code, storage }] of program.accounts) {
    const theirs = createAddressFromString(address);
    await state.putAccount(theirs, new Account(nonce, balanceWei));
    if (code.length > 0) await state.putCode(theirs, code);
    for (const [slot, value] of storage) {
      await state.putStorage(theirs, bigIntToFixedBytes(slot, 32), bigIntToBytes(value));
    }
  }
  return state;
}

function warm(evm: EVM, { hardfork, to }: Program): void {
  const warmed = [SENDER, COINBASE, ...precompilesOf(hardfork).keys()];
  if (to !== undefined) warmed.push(to);
  for (const address of warmed) evm.journal.addAlwaysWarmAddress(address.slice(2));
}

async function endTransaction(evm: EVM, { execResult }: EVMResult): Promise<void> {
  for (const address of execResult.selfdestruct?.keys() ?? []) {
    const isKept = evm.common.isActivatedEIP(6780) && !execResult.createdAddresses?.has(address);
    if (!isKept) await evm.journal.deleteAccount(createAddressFromString(address));
  }
  await evm.journal.cleanup();
}

function outcomeOf(
  { execResult, createdAddress }: EVMResult,
  gas: bigint,
  accounts: AccountOutcome[],
): Outcome {
  const reported = execResult.exceptionError?.error;
  // An error in name only: in Frontier the contract stays, without code. Since Homestead it is out of gas.
  const error = reported === EVMError.errorMessages.CODESTORE_OUT_OF_GAS ? undefined : reported;
  return {
    ending: error === undefined ? "success" : error === "revert" ? "revert" : "halt",
    gasLeft: gas - execResult.executionGasUsed,
    output: createdAddress && error === undefined ? "0x" : bytesToHex(execResult.returnValue),
    created: error === undefined ? ours(createdAddress) : undefined,
    refund: execResult.gasRefund ?? 0n,
    logs: (execResult.logs ?? []).map(
      ([address, topics, data]) =>
        `${addressOfBytes(address)} ${topics.map((topic) => hashOfBytes(topic))} ${bytesToHex(data)}`,
    ),
    accounts,
  };
}

async function accountsOf(state: SimpleStateManager): Promise<AccountOutcome[]> {
  const after: AccountOutcome[] = [];
  for (const [text, account] of state.accountStack.at(-1) ?? []) {
    if (account === undefined) continue;
    const storage = new Map<bigint, bigint>();
    for (const [key, value] of state.storageStack.at(-1) ?? []) {
      const [owner, slot = "0x0"] = key.split("_");
      const word = bytesToBigInt(value);
      if (owner === text && word !== 0n) storage.set(BigInt(slot), word);
    }
    after.push({
      address: parseAddress(text),
      nonce: account.nonce,
      balanceWei: account.balance,
      codeHash: hashOfBytes(account.codeHash),
      storage,
    });
  }
  return after;
}

function ours(address: TheirAddress | undefined): Address | undefined {
  return address && addressOfBytes(address.bytes);
}
