import { addressOfWord, EMPTY_CODE_HASH, wordOfAddress } from "../../address.ts";
import type { Address } from "../../evm.ts";
import { chargeAccountAccess } from "../access.ts";
import { ExceptionalHalt } from "../exceptional-halt.ts";
import type { Frame } from "../frame.ts";
import { GAS, type InstructionDefinition } from "../instruction.ts";
import { wholeWords } from "../memory.ts";
import { COPY_WORD_GAS } from "./memory.ts";

/** The call, its transaction, and the accounts around it. */
export const ENVIRONMENT: readonly InstructionDefinition[] = [
  { opcode: 0x30, name: "ADDRESS", pops: 0, pushes: 1, gas: GAS.base, run: address },
  {
    opcode: 0x31,
    name: "BALANCE",
    pops: 1,
    pushes: 1,
    gas: (rules) => rules.flat.balance,
    run: balance,
  },
  { opcode: 0x32, name: "ORIGIN", pops: 0, pushes: 1, gas: GAS.base, run: origin },
  { opcode: 0x33, name: "CALLER", pops: 0, pushes: 1, gas: GAS.base, run: caller },
  { opcode: 0x34, name: "CALLVALUE", pops: 0, pushes: 1, gas: GAS.base, run: callvalue },
  { opcode: 0x35, name: "CALLDATALOAD", pops: 1, pushes: 1, gas: GAS.veryLow, run: calldataload },
  { opcode: 0x36, name: "CALLDATASIZE", pops: 0, pushes: 1, gas: GAS.base, run: calldatasize },
  { opcode: 0x37, name: "CALLDATACOPY", pops: 3, pushes: 0, gas: GAS.veryLow, run: calldatacopy },
  { opcode: 0x38, name: "CODESIZE", pops: 0, pushes: 1, gas: GAS.base, run: codesize },
  { opcode: 0x39, name: "CODECOPY", pops: 3, pushes: 0, gas: GAS.veryLow, run: codecopy },
  { opcode: 0x3a, name: "GASPRICE", pops: 0, pushes: 1, gas: GAS.base, run: gasprice },
  {
    opcode: 0x3b,
    name: "EXTCODESIZE",
    pops: 1,
    pushes: 1,
    gas: (rules) => rules.flat.code,
    run: extcodesize,
  },
  {
    opcode: 0x3c,
    name: "EXTCODECOPY",
    pops: 4,
    pushes: 0,
    gas: (rules) => rules.flat.code,
    run: extcodecopy,
  },
  {
    opcode: 0x3d,
    name: "RETURNDATASIZE",
    since: "byzantium",
    pops: 0,
    pushes: 1,
    gas: GAS.base,
    run: returndatasize,
  },
  {
    opcode: 0x3e,
    name: "RETURNDATACOPY",
    since: "byzantium",
    pops: 3,
    pushes: 0,
    gas: GAS.veryLow,
    run: returndatacopy,
  },
  {
    opcode: 0x3f,
    name: "EXTCODEHASH",
    since: "constantinople",
    pops: 1,
    pushes: 1,
    gas: (rules) => rules.flat.codeHash,
    run: extcodehash,
  },
  {
    opcode: 0x47,
    name: "SELFBALANCE",
    since: "istanbul",
    pops: 0,
    pushes: 1,
    gas: GAS.low,
    run: selfbalance,
  },
  {
    opcode: 0x49,
    name: "BLOBHASH",
    since: "cancun",
    pops: 1,
    pushes: 1,
    gas: GAS.veryLow,
    run: blobhash,
  },
];

function address(frame: Frame): void {
  frame.push(wordOfAddress(frame.call.address));
}

function balance(frame: Frame): void {
  const account = popAccessedAccount(frame);
  frame.push(frame.execution.world.balanceWei(account));
}

function origin(frame: Frame): void {
  frame.push(wordOfAddress(frame.execution.transaction.origin));
}

function caller(frame: Frame): void {
  frame.push(wordOfAddress(frame.call.caller));
}

function callvalue(frame: Frame): void {
  frame.push(frame.call.valueWei);
}

/** Beyond the end of the data there are zeros. */
function calldataload(frame: Frame): void {
  frame.push(wordAt(frame.call.input, frame.popNumber()));
}

function calldatasize(frame: Frame): void {
  frame.pushNumber(frame.call.input.length);
}

function calldatacopy(frame: Frame): void {
  copyToMemory(frame, frame.call.input);
}

function codesize(frame: Frame): void {
  frame.pushNumber(frame.code.bytes.length);
}

function codecopy(frame: Frame): void {
  copyToMemory(frame, frame.code.bytes);
}

function gasprice(frame: Frame): void {
  frame.push(frame.execution.transaction.gasPriceWei);
}

function extcodesize(frame: Frame): void {
  const account = popAccessedAccount(frame);
  frame.pushNumber(frame.execution.world.code(account).length);
}

function extcodecopy(frame: Frame): void {
  const account = popAccessedAccount(frame);
  copyToMemory(frame, frame.execution.world.code(account));
}

function returndatasize(frame: Frame): void {
  frame.pushNumber(frame.returnData.length);
}

/** Unlike the other copies, this one halts where the data does not reach. */
function returndatacopy(frame: Frame): void {
  const offset = frame.popNumber();
  const from = frame.popNumber();
  const sizeBytes = frame.popNumber();
  if (from + sizeBytes > frame.returnData.length) {
    throw new ExceptionalHalt("return_data_out_of_bounds");
  }
  frame.charge(COPY_WORD_GAS * wholeWords(sizeBytes));
  frame.expandMemory(offset, sizeBytes);
  frame.memory.writePadded(offset, frame.returnData, from, sizeBytes);
}

/** Zero for an account that is not there or is empty. @see EIP-1052 */
function extcodehash(frame: Frame): void {
  const account = popAccessedAccount(frame);
  const { world } = frame.execution;
  const codeHash = world.account(account)?.codeHash ?? EMPTY_CODE_HASH;
  frame.push(world.isDead(account) ? 0n : BigInt(codeHash));
}

function selfbalance(frame: Frame): void {
  frame.push(frame.execution.world.balanceWei(frame.call.address));
}

/** Zero beyond the last. @see EIP-4844 */
function blobhash(frame: Frame): void {
  const hash = frame.execution.transaction.blobHashes[frame.popNumber()];
  frame.push(hash === undefined ? 0n : BigInt(hash));
}

function popAccessedAccount(frame: Frame): Address {
  const account = addressOfWord(frame.pop());
  chargeAccountAccess(frame, account);
  return account;
}

function copyToMemory(frame: Frame, source: Uint8Array): void {
  const offset = frame.popNumber();
  const from = frame.popNumber();
  const sizeBytes = frame.popNumber();
  frame.charge(COPY_WORD_GAS * wholeWords(sizeBytes));
  frame.expandMemory(offset, sizeBytes);
  frame.memory.writePadded(offset, source, from, sizeBytes);
}

function wordAt(bytes: Uint8Array, offset: number): bigint {
  if (offset >= bytes.length) return 0n;
  if (offset + 32 > bytes.length) {
    const padded = new Uint8Array(32);
    padded.set(bytes.subarray(offset));
    return wordAt(padded, 0);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 32);
  const high = (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
  const low = (view.getBigUint64(16) << 64n) | view.getBigUint64(24);
  return high === 0n ? low : (high << 128n) | low;
}
