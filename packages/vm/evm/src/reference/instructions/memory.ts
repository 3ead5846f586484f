import type { Frame } from "../frame.ts";
import { GAS, type InstructionDefinition } from "../instruction.ts";
import { wholeWords } from "../memory.ts";

export const MEMORY: readonly InstructionDefinition[] = [
  { opcode: 0x51, name: "MLOAD", pops: 1, pushes: 1, gas: GAS.veryLow, run: mload },
  { opcode: 0x52, name: "MSTORE", pops: 2, pushes: 0, gas: GAS.veryLow, run: mstore },
  { opcode: 0x53, name: "MSTORE8", pops: 2, pushes: 0, gas: GAS.veryLow, run: mstore8 },
  { opcode: 0x59, name: "MSIZE", pops: 0, pushes: 1, gas: GAS.base, run: msize },
  {
    opcode: 0x5e,
    name: "MCOPY",
    since: "cancun",
    pops: 3,
    pushes: 0,
    gas: GAS.veryLow,
    run: mcopy,
  },
];

/** Gas for each word copied, by any of the copying instructions. */
export const COPY_WORD_GAS = 3;

function mload(frame: Frame): void {
  const offset = frame.popNumber();
  frame.expandMemory(offset, 32);
  frame.push(frame.memory.readWord(offset));
}

function mstore(frame: Frame): void {
  const offset = frame.popNumber();
  const word = frame.pop();
  frame.expandMemory(offset, 32);
  frame.memory.writeWord(offset, word);
}

function mstore8(frame: Frame): void {
  const offset = frame.popNumber();
  const word = frame.pop();
  frame.expandMemory(offset, 1);
  frame.memory.writeByte(offset, Number(word & 0xffn));
}

function msize(frame: Frame): void {
  frame.pushNumber(frame.memory.sizeBytes);
}

/** @see EIP-5656 */
function mcopy(frame: Frame): void {
  const offset = frame.popNumber();
  const from = frame.popNumber();
  const sizeBytes = frame.popNumber();
  frame.charge(COPY_WORD_GAS * wholeWords(sizeBytes));
  frame.expandMemory(Math.max(offset, from), sizeBytes);
  frame.memory.copyWithin(offset, from, sizeBytes);
}
