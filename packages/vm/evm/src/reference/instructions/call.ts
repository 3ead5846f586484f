import { addressOfWord } from "../../address.ts";
import { delegationTarget } from "../../delegation.ts";
import type { Address } from "../../evm.ts";
import { chargeAccountAccess } from "../access.ts";
import type { CallKind } from "../call.ts";
import { ExceptionalHalt } from "../exceptional-halt.ts";
import type { Frame } from "../frame.ts";
import type { InstructionDefinition } from "../instruction.ts";
import { newAccountGas } from "../new-account-gas.ts";

const VALUE_GAS = 9000;
/** Given to the callee of a call with value, so that it can at least write a log. */
const STIPEND = 2300n;

/** Each runs other code in a frame of its own and goes on when that has ended. */
export const CALLS: readonly InstructionDefinition[] = [
  { opcode: 0xf1, name: "CALL", pops: 7, pushes: 1, gas: (rules) => rules.flat.call, run: call },
  {
    opcode: 0xf2,
    name: "CALLCODE",
    pops: 7,
    pushes: 1,
    gas: (rules) => rules.flat.call,
    run: callcode,
  },
  {
    opcode: 0xf4,
    name: "DELEGATECALL",
    since: "homestead",
    pops: 6,
    pushes: 1,
    gas: (rules) => rules.flat.call,
    run: delegatecall,
  },
  {
    opcode: 0xfa,
    name: "STATICCALL",
    since: "byzantium",
    pops: 6,
    pushes: 1,
    gas: (rules) => rules.flat.call,
    run: staticcall,
  },
];

function call(frame: Frame): void {
  const requestedGas = frame.pop();
  const callee = addressOfWord(frame.pop());
  const valueWei = frame.pop();
  if (valueWei !== 0n) frame.forbidInStaticCall();
  begin(frame, "CALL", requestedGas, callee, {
    caller: frame.call.address,
    address: callee,
    valueWei,
    valueGas: valueWei === 0n ? 0 : VALUE_GAS,
    isStatic: frame.call.isStatic,
  });
}

/** Runs the callee's code on our own storage and balance, with ourselves as the caller. */
function callcode(frame: Frame): void {
  const requestedGas = frame.pop();
  const callee = addressOfWord(frame.pop());
  const valueWei = frame.pop();
  begin(frame, "CALLCODE", requestedGas, callee, {
    caller: frame.call.address,
    address: frame.call.address,
    valueWei,
    valueGas: valueWei === 0n ? 0 : VALUE_GAS,
    isStatic: frame.call.isStatic,
  });
}

/** Runs the callee's code as if it were our own: caller and value stay the same. @see EIP-7 */
function delegatecall(frame: Frame): void {
  const requestedGas = frame.pop();
  const callee = addressOfWord(frame.pop());
  begin(frame, "DELEGATECALL", requestedGas, callee, {
    caller: frame.call.caller,
    address: frame.call.address,
    valueWei: frame.call.valueWei,
    valueGas: 0,
    isStatic: frame.call.isStatic,
  });
}

/** Nothing below it can change the state. @see EIP-214 */
function staticcall(frame: Frame): void {
  const requestedGas = frame.pop();
  const callee = addressOfWord(frame.pop());
  begin(frame, "STATICCALL", requestedGas, callee, {
    caller: frame.call.address,
    address: callee,
    valueWei: 0n,
    valueGas: 0,
    isStatic: true,
  });
}

interface Callee {
  readonly caller: Address;
  readonly address: Address;
  readonly valueWei: bigint;
  readonly valueGas: number;
  readonly isStatic: boolean;
}

function begin(
  frame: Frame,
  kind: CallKind,
  requestedGas: bigint,
  codeAddress: Address,
  callee: Callee,
): void {
  const inputOffset = frame.popNumber();
  const inputSizeBytes = frame.popNumber();
  const outputOffset = frame.popNumber();
  const outputSizeBytes = frame.popNumber();
  frame.expandMemory(inputOffset, inputSizeBytes);
  frame.expandMemory(outputOffset, outputSizeBytes);
  chargeAccountAccess(frame, codeAddress);
  chargeDelegation(frame, codeAddress);
  frame.charge(callee.valueGas);
  if (kind === "CALL") frame.charge(newAccountGas(frame, codeAddress, callee.valueWei));
  const gas = gasForCallee(frame, requestedGas);
  frame.gasLeft -= gas;
  frame.suspend({
    kind,
    caller: callee.caller,
    address: callee.address,
    codeAddress,
    valueWei: callee.valueWei,
    // Not a copy: the gas of a call does not grow with its input, and we stand still until it has ended.
    input: frame.memory.view(inputOffset, inputSizeBytes),
    gas: callee.valueGas === 0 ? gas : gas + STIPEND,
    isStatic: callee.isStatic,
    depth: frame.call.depth + 1,
    outputOffset,
    outputSizeBytes,
  });
}

/** An account that points to another's code makes that one accessed too. @see EIP-7702 */
function chargeDelegation(frame: Frame, codeAddress: Address): void {
  const { rules, world } = frame.execution;
  if (!rules.followsDelegation) return;
  const target = delegationTarget(world.code(codeAddress));
  if (target !== undefined) chargeAccountAccess(frame, target);
}

/** @throws {ExceptionalHalt} `out_of_gas` before EIP-150, where a call gets what it asks for or fails */
function gasForCallee(frame: Frame, requested: bigint): bigint {
  const available = frame.gasLeft;
  if (!frame.execution.rules.keepsOne64th) {
    if (requested > available) throw new ExceptionalHalt("out_of_gas");
    return requested;
  }
  const most = allBut64th(available);
  return requested < most ? requested : most;
}

/** What a frame may hand on of its gas. @see EIP-150 */
export function allBut64th(gas: bigint): bigint {
  return gas - gas / 64n;
}
