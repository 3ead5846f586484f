import { COLD_SLOT_GAS, chargeSlotAccess, WARM_GAS } from "../access.ts";
import { ExceptionalHalt } from "../exceptional-halt.ts";
import type { Frame } from "../frame.ts";
import type { InstructionDefinition } from "../instruction.ts";
import type { StorageRules } from "../rules.ts";

/** Storage, which stays, and transient storage, which a transaction takes with it (EIP-1153). */
export const STORAGE: readonly InstructionDefinition[] = [
  {
    opcode: 0x54,
    name: "SLOAD",
    pops: 1,
    pushes: 1,
    gas: (rules) => rules.flat.storage,
    run: sload,
  },
  { opcode: 0x55, name: "SSTORE", pops: 2, pushes: 0, gas: 0, run: sstore },
  {
    opcode: 0x5c,
    name: "TLOAD",
    since: "cancun",
    pops: 1,
    pushes: 1,
    gas: WARM_GAS,
    run: tload,
  },
  {
    opcode: 0x5d,
    name: "TSTORE",
    since: "cancun",
    pops: 2,
    pushes: 0,
    gas: WARM_GAS,
    run: tstore,
  },
];

function sload(frame: Frame): void {
  const slot = frame.pop();
  chargeSlotAccess(frame, slot);
  frame.push(frame.execution.world.storage(frame.call.address, slot));
}

function sstore(frame: Frame): void {
  frame.forbidInStaticCall();
  const { rules, world } = frame.execution;
  const { address } = frame.call;
  if (frame.gas <= rules.storage.stipendGuard) throw new ExceptionalHalt("out_of_gas");
  const slot = frame.pop();
  const value = frame.pop();
  if (rules.tracksWarmth && !world.isWarmSlot(address, slot)) {
    frame.charge(COLD_SLOT_GAS);
    world.warmSlot(address, slot);
  }
  const current = world.storage(address, slot);
  const { gas, refund } = rules.storage.isNet
    ? netCost(rules.storage, world.originalStorage(address, slot), current, value)
    : plainCost(rules.storage, current, value);
  frame.charge(gas);
  world.addRefund(refund);
  if (value !== current) world.setStorage(address, slot, value);
}

interface StorageCost {
  readonly gas: number;
  /** Negative where an earlier refund no longer holds. */
  readonly refund: number;
}

/** @see Yellow paper before Istanbul, appendix G: by the present and the new value alone */
function plainCost(rules: StorageRules, current: bigint, value: bigint): StorageCost {
  const isSet = current === 0n && value !== 0n;
  const isCleared = current !== 0n && value === 0n;
  return {
    gas: isSet ? rules.setGas : rules.resetGas,
    refund: isCleared ? rules.clearRefund : 0,
  };
}

/**
 * Only the difference between the start and the end of the transaction is paid in full: what lies between
 * costs `noopGas`, and going back to the start gives the first payment back.
 *
 * @see EIP-1283, EIP-2200, and EIP-3529 for the refund
 */
function netCost(
  rules: StorageRules,
  original: bigint,
  current: bigint,
  value: bigint,
): StorageCost {
  const { noopGas, setGas, resetGas, clearRefund } = rules;
  if (value === current) return { gas: noopGas, refund: 0 };
  if (current === original) {
    if (original === 0n) return { gas: setGas, refund: 0 };
    return { gas: resetGas, refund: value === 0n ? clearRefund : 0 };
  }
  let refund = 0;
  if (original !== 0n && current === 0n) refund -= clearRefund;
  if (original !== 0n && value === 0n) refund += clearRefund;
  if (value === original) refund += (original === 0n ? setGas : resetGas) - noopGas;
  return { gas: noopGas, refund };
}

function tload(frame: Frame): void {
  const slot = frame.pop();
  frame.push(frame.execution.world.transientStorage(frame.call.address, slot));
}

function tstore(frame: Frame): void {
  frame.forbidInStaticCall();
  const slot = frame.pop();
  const value = frame.pop();
  frame.execution.world.setTransientStorage(frame.call.address, slot, value);
}
