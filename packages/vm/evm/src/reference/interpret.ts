import { ExceptionalHalt } from "./exceptional-halt.ts";
import type { Frame } from "./frame.ts";
import type { Instruction } from "./instruction.ts";

const MAX_STACK_ITEMS = 1024;

/** Runs the frame until it ends, or until it waits for a call. */
export function interpret(frame: Frame): void {
  try {
    if (frame.execution.tracer?.onStep === undefined) runPlain(frame);
    else runTraced(frame);
  } catch (error) {
    if (!(error instanceof ExceptionalHalt)) throw error;
    frame.status = "halted";
    frame.halt = error.halt;
  }
}

function runPlain(frame: Frame): void {
  const { instructions } = frame.execution;
  const code = frame.code.bytes;
  while (frame.status === "running") step(frame, instructions, code);
}

function runTraced(frame: Frame): void {
  const { instructions } = frame.execution;
  const code = frame.code.bytes;
  while (frame.status === "running") {
    trace(frame, code);
    step(frame, instructions, code);
  }
}

function step(
  frame: Frame,
  instructions: readonly (Instruction | undefined)[],
  code: Uint8Array,
): void {
  // Code that ends without saying so stops.
  const opcode = frame.pc < code.length ? (code[frame.pc] as number) : 0;
  const instruction = instructions[opcode];
  if (instruction === undefined) throw new ExceptionalHalt("invalid_opcode");
  const rest = frame.stackSize - instruction.pops;
  if (rest < 0) throw new ExceptionalHalt("stack_underflow");
  if (rest + instruction.pushes > MAX_STACK_ITEMS) throw new ExceptionalHalt("stack_overflow");
  frame.charge(instruction.gas);
  frame.pc += 1;
  instruction.run(frame);
}

function trace(frame: Frame, code: Uint8Array): void {
  const { tracer, world } = frame.execution;
  tracer?.onStep?.({
    pc: frame.pc,
    opcode: code[frame.pc] ?? 0,
    gas: frame.gasLeft,
    depth: frame.call.depth,
    stack: frame.stack.slice(0, frame.stackSize),
    memory: frame.memory.view(0, frame.memory.sizeBytes),
    address: frame.call.address,
    refund: world.refund,
  });
}
