import { EMPTY_BYTES } from "@ghostchain/encoding";
import type { Halt, MessageResult } from "../evm.ts";
import { isCreation } from "./call.ts";
import type { Frame } from "./frame.ts";

const CODE_BYTE_GAS = 200n;
const REJECTED_FIRST_BYTE = 0xef;

/** What the frame leaves behind now that it has ended: effects and a result, or no effects and a reason. */
export function settle(frame: Frame): MessageResult {
  if (frame.status === "returned") {
    return isCreation(frame.call.kind) ? settleCreation(frame) : succeed(frame);
  }
  return fail(frame, frame.halt ?? "revert");
}

/** The output of the init code becomes the contract's code, if it may and is paid for. */
function settleCreation(frame: Frame): MessageResult {
  const { rules, world } = frame.execution;
  const code = frame.output;
  if (code.length > rules.maxCodeSizeBytes) return fail(frame, "code_too_large");
  if (rules.rejectsCodeStartingWithEf && code[0] === REJECTED_FIRST_BYTE) {
    return fail(frame, "code_starts_with_ef");
  }
  const gas = CODE_BYTE_GAS * BigInt(code.length);
  if (gas > frame.gasLeft) {
    return rules.codeMustBePaid ? fail(frame, "out_of_gas") : succeedWithoutCode(frame);
  }
  frame.gasLeft -= gas;
  world.setCode(frame.call.address, code);
  return succeedWithoutCode(frame);
}

function succeedWithoutCode(frame: Frame): MessageResult {
  const { gasLeft, call } = frame;
  return { halt: undefined, gasLeft, output: EMPTY_BYTES, created: call.address };
}

function succeed(frame: Frame): MessageResult {
  return { halt: undefined, gasLeft: frame.gasLeft, output: frame.output, created: undefined };
}

function fail(frame: Frame, halt: Halt): MessageResult {
  frame.execution.world.revertTo(frame.checkpoint);
  const gasLeft = halt === "revert" ? frame.gasLeft : 0n;
  const output = halt === "revert" ? frame.output : EMPTY_BYTES;
  return { halt, gasLeft, output, created: undefined };
}
