import { wordOfAddress } from "../address.ts";
import type { MessageResult } from "../evm.ts";
import { beginCall } from "./begin-call.ts";
import { type Call, isCreation } from "./call.ts";
import type { Execution } from "./execution.ts";
import { Frame } from "./frame.ts";
import { interpret } from "./interpret.ts";
import { settle } from "./settle.ts";

/**
 * Runs a call with all the calls it makes. Frames wait for one another in an array, not on the native
 * stack, so a chain of 1024 calls needs no more of it than one.
 */
export function runMessage(execution: Execution, message: Call): MessageResult {
  const waiting: Frame[] = [];
  let next: Frame | MessageResult = enter(execution, message);
  for (;;) {
    if (next instanceof Frame) {
      interpret(next);
      if (next.pendingCall !== undefined) {
        waiting.push(next);
        next = enter(execution, next.pendingCall);
        continue;
      }
      next = leave(next);
    }
    const caller = waiting.pop();
    if (caller === undefined) return next;
    resume(caller, next);
    next = caller;
  }
}

function enter(execution: Execution, call: Call): Frame | MessageResult {
  execution.tracer?.onEnter?.({
    kind: call.kind,
    from: call.caller,
    to: call.codeAddress,
    valueWei: call.valueWei,
    gas: call.gas,
    input: call.input,
  });
  const begun = beginCall(execution, call);
  if (!(begun instanceof Frame)) traceExit(execution, call, begun);
  return begun;
}

function leave(frame: Frame): MessageResult {
  const result = settle(frame);
  traceExit(frame.execution, frame.call, result);
  return result;
}

function traceExit(execution: Execution, call: Call, result: MessageResult): void {
  const gasUsed = call.gas - result.gasLeft;
  execution.tracer?.onExit?.({ gasUsed, output: result.output, halt: result.halt });
}

/** Puts the result of the call it waited for into the frame. */
function resume(frame: Frame, result: MessageResult): void {
  const call = frame.pendingCall;
  if (call === undefined) return;
  frame.pendingCall = undefined;
  frame.status = "running";
  frame.gasLeft += result.gasLeft;
  frame.returnData = result.output;
  if (isCreation(call.kind)) {
    frame.push(result.created === undefined ? 0n : wordOfAddress(result.created));
    return;
  }
  frame.push(result.halt === undefined ? 1n : 0n);
  const sizeBytes = Math.min(call.outputSizeBytes, result.output.length);
  frame.memory.write(call.outputOffset, result.output.subarray(0, sizeBytes));
}
