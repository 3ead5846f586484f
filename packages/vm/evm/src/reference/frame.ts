import { EMPTY_BYTES } from "@ghostchain/encoding";
import type { Halt } from "../evm.ts";
import type { Call } from "./call.ts";
import type { Code } from "./code.ts";
import { ExceptionalHalt } from "./exceptional-halt.ts";
import type { Execution } from "./execution.ts";
import { Memory, memoryGas, wholeWords } from "./memory.ts";

/**
 * No more memory than this in a frame. It would cost 2.2e12 gas, so for every smaller gas limit running
 * out of gas here is exactly what the rules say.
 */
const MAX_MEMORY_BYTES = 2 ** 30;

/** Gas is kept as a double, which is quick, as far as that is exact. What is beyond waits as a BigInt. */
const MAX_GAS_IN_HAND = 2 ** 52;

/**
 * `running`: at `pc`. `calling`: `pendingCall` must run first, then its result is put into this frame and
 * it runs on. The others are final.
 */
export type FrameStatus = "running" | "calling" | "returned" | "reverted" | "halted";

/** One contract at work: its program counter, stack, memory and gas. */
export class Frame {
  readonly execution: Execution;
  readonly call: Call;
  readonly code: Code;
  /** Where the world was before this frame, to come back to if it fails. */
  readonly checkpoint: number;

  /** Bottom first. What lies at `stackSize` and beyond was popped and means nothing. */
  readonly stack: bigint[] = [];
  stackSize = 0;
  readonly memory = new Memory();
  pc = 0;
  /** What of it is spent first; all of it, but for gas limits that only tests have. */
  gas = 0;
  #gasReserve = 0n;

  status: FrameStatus = "running";
  halt: Halt | undefined;
  output: Uint8Array = EMPTY_BYTES;
  /** What the last call or creation gave back. */
  returnData: Uint8Array = EMPTY_BYTES;
  pendingCall: Call | undefined;

  constructor(execution: Execution, call: Call, code: Code, checkpoint: number) {
    this.execution = execution;
    this.call = call;
    this.code = code;
    this.checkpoint = checkpoint;
    this.gasLeft = call.gas;
  }

  push(word: bigint): void {
    this.stack[this.stackSize] = word;
    this.stackSize += 1;
  }

  /** The interpreter has checked that there is one. */
  pop(): bigint {
    this.stackSize -= 1;
    return this.stack[this.stackSize] as bigint;
  }

  pushNumber(value: number): void {
    this.push(BigInt(value));
  }

  pushBoolean(value: boolean): void {
    this.push(value ? 1n : 0n);
  }

  /**
   * A word that is a size or an offset. Exact below 2^53; larger ones stay larger than anything that gas
   * could pay for.
   */
  popNumber(): number {
    return Number(this.pop());
  }

  /** @throws {ExceptionalHalt} `out_of_gas` */
  charge(gas: number): void {
    this.gas -= gas;
    if (this.gas < 0) throw new ExceptionalHalt("out_of_gas");
  }

  /** All of it, exact. */
  get gasLeft(): bigint {
    return BigInt(this.gas) + this.#gasReserve;
  }

  set gasLeft(total: bigint) {
    const inHand = total < MAX_GAS_IN_HAND ? total : BigInt(MAX_GAS_IN_HAND);
    this.gas = Number(inHand);
    this.#gasReserve = total - inHand;
  }

  /**
   * Pays for memory up to the end of this range and makes it. An empty range needs none, wherever it is.
   *
   * @throws {ExceptionalHalt} `out_of_gas`
   */
  expandMemory(offset: number, sizeBytes: number): void {
    const end = offset + sizeBytes;
    if (sizeBytes === 0 || end <= this.memory.sizeBytes) return;
    if (end > MAX_MEMORY_BYTES) throw new ExceptionalHalt("out_of_gas");
    const grownBytes = wholeWords(end) * 32;
    this.charge(memoryGas(grownBytes) - memoryGas(this.memory.sizeBytes));
    this.memory.growTo(grownBytes);
  }

  /** Ends the frame well. */
  return(output: Uint8Array): void {
    this.status = "returned";
    this.output = output;
  }

  /** Ends the frame, takes its effects back and keeps its gas. */
  revert(output: Uint8Array): void {
    this.status = "reverted";
    this.halt = "revert";
    this.output = output;
  }

  /** Stops here until `call` has run. */
  suspend(call: Call): void {
    this.status = "calling";
    this.pendingCall = call;
  }

  /** @throws {ExceptionalHalt} `static_state_change` in a frame that must not change the state */
  forbidInStaticCall(): void {
    if (this.call.isStatic) throw new ExceptionalHalt("static_state_change");
  }
}
