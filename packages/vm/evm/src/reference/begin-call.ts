import { EMPTY_BYTES } from "@ghostchain/encoding";
import { delegationTarget } from "../delegation.ts";
import type { Address, Halt, MessageResult } from "../evm.ts";
import type { Precompile } from "../precompile.ts";
import { type Call, isCreation } from "./call.ts";
import { Code } from "./code.ts";
import type { Execution } from "./execution.ts";
import { Frame } from "./frame.ts";

/** Calls within calls. */
const MAX_DEPTH = 1024;
const MAX_NONCE = 2n ** 64n - 1n;

/** The frame in which the call is to run, or its result where it has one without running. */
export function beginCall(execution: Execution, call: Call): Frame | MessageResult {
  const { world } = execution;
  if (call.depth > MAX_DEPTH) return refuse(call, "call_depth");
  if (movesValue(call) && world.balanceWei(call.caller) < call.valueWei) {
    return refuse(call, "insufficient_balance");
  }
  return isCreation(call.kind) ? beginCreation(execution, call) : beginMessage(execution, call);
}

function beginMessage(execution: Execution, call: Call): Frame | MessageResult {
  const { world, precompiles } = execution;
  const checkpoint = world.checkpoint();
  if (call.kind === "CALL") {
    world.subtractBalance(call.caller, call.valueWei);
    world.addBalance(call.address, call.valueWei);
  } else if (call.kind === "STATICCALL") {
    world.touch(call.address);
  }
  const precompile = precompiles.get(call.codeAddress);
  if (precompile !== undefined) return runPrecompile(execution, call, precompile, checkpoint);
  const code = codeToRun(execution, call.codeAddress);
  if (code.bytes.length === 0) return succeed(call.gas, EMPTY_BYTES);
  return new Frame(execution, call, code, checkpoint);
}

function beginCreation(execution: Execution, call: Call): Frame | MessageResult {
  const { world, rules } = execution;
  const nonce = world.account(call.caller)?.nonce ?? 0n;
  if (nonce === MAX_NONCE) return refuse(call, "nonce_overflow");
  // Whatever comes of it, the nonce is used and the address has been accessed.
  world.setNonce(call.caller, nonce + 1n);
  if (rules.tracksWarmth) world.warmAccount(call.address);
  if (world.isOccupied(call.address)) return fail("create_collision");
  const checkpoint = world.checkpoint();
  world.create(call.address);
  world.subtractBalance(call.caller, call.valueWei);
  world.addBalance(call.address, call.valueWei);
  // Init code has no call data: its input is what runs.
  return new Frame(execution, { ...call, input: EMPTY_BYTES }, new Code(call.input), checkpoint);
}

function runPrecompile(
  execution: Execution,
  call: Call,
  precompile: Precompile,
  checkpoint: number,
): MessageResult {
  const { world, rules } = execution;
  const gas = precompile.gas(call.input, rules.hardfork);
  const isPaid = gas <= call.gas;
  const output = isPaid ? precompile.run(call.input, rules.hardfork) : undefined;
  if (output !== undefined) return succeed(call.gas - gas, output);
  world.revertTo(checkpoint);
  return fail(isPaid ? "precompile_failed" : "out_of_gas");
}

/** Follows a delegation once: an account that points to one that points on runs a designator, and halts. */
function codeToRun({ world, rules }: Execution, address: Address): Code {
  const code = world.analysedCode(address);
  const target = rules.followsDelegation ? delegationTarget(code.bytes) : undefined;
  return target === undefined ? code : world.analysedCode(target);
}

function movesValue(call: Call): boolean {
  return call.kind !== "DELEGATECALL" && call.valueWei !== 0n;
}

function succeed(gasLeft: bigint, output: Uint8Array): MessageResult {
  return { halt: undefined, gasLeft, output, created: undefined };
}

/** The call does not take place: the caller keeps its gas. */
function refuse(call: Call, halt: Halt): MessageResult {
  return { halt, gasLeft: call.gas, output: EMPTY_BYTES, created: undefined };
}

function fail(halt: Halt): MessageResult {
  return { halt, gasLeft: 0n, output: EMPTY_BYTES, created: undefined };
}
