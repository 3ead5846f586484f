import type { Hardfork } from "../hardfork.ts";
import type { Frame } from "./frame.ts";
import type { Rules } from "./rules.ts";

/** One opcode under one set of rules. */
export interface Instruction {
  readonly opcode: number;
  readonly name: string;
  /** Items it takes off the stack. */
  readonly pops: number;
  /** Items it leaves in their place. */
  readonly pushes: number;
  /** The part of its cost that depends on nothing. `run` charges the rest. */
  readonly gas: number;
  /** The stack holds `pops` items and has room, `gas` is paid, and `pc` is past the opcode. */
  run(frame: Frame): void;
}

/** One opcode in every hardfork that has it. */
export interface InstructionDefinition extends Omit<Instruction, "gas"> {
  /** Frontier where it is not said. */
  readonly since?: Hardfork;
  readonly gas: number | ((rules: Rules) => number);
}

/** The usual costs. @see Yellow paper, appendix G */
export const GAS = { zero: 0, base: 2, veryLow: 3, low: 5, mid: 8, high: 10 } as const;
