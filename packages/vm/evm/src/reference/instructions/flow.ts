import { EMPTY_BYTES } from "@ghostchain/encoding";
import { ExceptionalHalt } from "../exceptional-halt.ts";
import type { Frame } from "../frame.ts";
import { GAS, type InstructionDefinition } from "../instruction.ts";

/** Where to go on, and how to end. */
export const FLOW: readonly InstructionDefinition[] = [
  { opcode: 0x00, name: "STOP", pops: 0, pushes: 0, gas: GAS.zero, run: stop },
  { opcode: 0x56, name: "JUMP", pops: 1, pushes: 0, gas: GAS.mid, run: jump },
  { opcode: 0x57, name: "JUMPI", pops: 2, pushes: 0, gas: GAS.high, run: jumpi },
  { opcode: 0x58, name: "PC", pops: 0, pushes: 1, gas: GAS.base, run: pc },
  { opcode: 0x5a, name: "GAS", pops: 0, pushes: 1, gas: GAS.base, run: gas },
  { opcode: 0x5b, name: "JUMPDEST", pops: 0, pushes: 0, gas: 1, run: jumpdest },
  { opcode: 0xf3, name: "RETURN", pops: 2, pushes: 0, gas: GAS.zero, run: returnData },
  {
    opcode: 0xfd,
    name: "REVERT",
    since: "byzantium",
    pops: 2,
    pushes: 0,
    gas: GAS.zero,
    run: revert,
  },
  { opcode: 0xfe, name: "INVALID", pops: 0, pushes: 0, gas: GAS.zero, run: invalid },
];

function stop(frame: Frame): void {
  frame.return(EMPTY_BYTES);
}

function jump(frame: Frame): void {
  jumpTo(frame, frame.popNumber());
}

function jumpi(frame: Frame): void {
  const destination = frame.popNumber();
  const condition = frame.pop();
  if (condition !== 0n) jumpTo(frame, destination);
}

function jumpTo(frame: Frame, destination: number): void {
  if (!frame.code.isJumpDestination(destination)) throw new ExceptionalHalt("invalid_jump");
  frame.pc = destination;
}

/** Its own position, which the interpreter has already passed. */
function pc(frame: Frame): void {
  frame.pushNumber(frame.pc - 1);
}

/** What is left after paying for itself. */
function gas(frame: Frame): void {
  frame.push(frame.gasLeft);
}

function jumpdest(): void {}

function returnData(frame: Frame): void {
  frame.return(popRange(frame));
}

function revert(frame: Frame): void {
  frame.revert(popRange(frame));
}

function invalid(): void {
  throw new ExceptionalHalt("invalid_opcode");
}

function popRange(frame: Frame): Uint8Array {
  const offset = frame.popNumber();
  const sizeBytes = frame.popNumber();
  frame.expandMemory(offset, sizeBytes);
  return frame.memory.read(offset, sizeBytes);
}
