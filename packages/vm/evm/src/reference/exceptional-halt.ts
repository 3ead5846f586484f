import type { Halt } from "../evm.ts";

/**
 * Thrown by an instruction that cannot go on: the frame ends, all its gas is gone and its effects are
 * taken back. Not an `Error`: contracts halt all the time, and nobody reads the stack trace.
 */
export class ExceptionalHalt {
  readonly halt: Halt;

  constructor(halt: Halt) {
    this.halt = halt;
  }
}
