import type { Frame } from "../frame.ts";
import { GAS, type InstructionDefinition } from "../instruction.ts";

const PUSH0 = 0x5f;
const DUP1 = 0x80;
const SWAP1 = 0x90;

/** POP, PUSH0 to PUSH32, DUP1 to DUP16, SWAP1 to SWAP16. */
export const STACK: readonly InstructionDefinition[] = [
  { opcode: 0x50, name: "POP", pops: 1, pushes: 0, gas: GAS.base, run: pop },
  {
    opcode: PUSH0,
    name: "PUSH0",
    since: "shanghai",
    pops: 0,
    pushes: 1,
    gas: GAS.base,
    run: push0,
  },
  ...range(1, 32).map(push),
  ...range(1, 16).map(dup),
  ...range(1, 16).map(swap),
];

function pop(frame: Frame): void {
  frame.pop();
}

function push0(frame: Frame): void {
  frame.push(0n);
}

/** The next `sizeBytes` bytes of the code. */
function push(sizeBytes: number): InstructionDefinition {
  return {
    opcode: PUSH0 + sizeBytes,
    name: `PUSH${sizeBytes}`,
    pops: 0,
    pushes: 1,
    gas: GAS.veryLow,
    run(frame) {
      frame.push(frame.code.constant(frame.pc, sizeBytes));
      frame.pc += sizeBytes;
    },
  };
}

/** Pushes the item at this position once more; 1 is the top. */
function dup(position: number): InstructionDefinition {
  return {
    opcode: DUP1 + position - 1,
    name: `DUP${position}`,
    pops: position,
    pushes: position + 1,
    gas: GAS.veryLow,
    run(frame) {
      frame.push(frame.stack[frame.stackSize - position] as bigint);
    },
  };
}

/** Exchanges the top with the item `distance` below it. */
function swap(distance: number): InstructionDefinition {
  return {
    opcode: SWAP1 + distance - 1,
    name: `SWAP${distance}`,
    pops: distance + 1,
    pushes: distance + 1,
    gas: GAS.veryLow,
    run(frame) {
      const { stack } = frame;
      const top = frame.stackSize - 1;
      const other = stack[top - distance] as bigint;
      stack[top - distance] = stack[top] as bigint;
      stack[top] = other;
    },
  };
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
