import type { Address } from "../evm.ts";
import type { Frame } from "./frame.ts";

/** EIP-2929. */
export const COLD_ACCOUNT_GAS = 2600;
export const COLD_SLOT_GAS = 2100;
export const WARM_GAS = 100;

/** Pays for reading an account, and makes it warm. Free before Berlin, where the instruction's own gas pays. */
export function chargeAccountAccess(frame: Frame, address: Address): void {
  const { rules, world } = frame.execution;
  if (!rules.tracksWarmth) return;
  // Paid before it is recorded: what cannot be paid for was never accessed.
  frame.charge(world.isWarmAccount(address) ? WARM_GAS : COLD_ACCOUNT_GAS);
  world.warmAccount(address);
}

/** Pays for reading a slot of the frame's own storage, and makes it warm. Free before Berlin. */
export function chargeSlotAccess(frame: Frame, slot: bigint): void {
  const { rules, world } = frame.execution;
  if (!rules.tracksWarmth) return;
  const { address } = frame.call;
  frame.charge(world.isWarmSlot(address, slot) ? WARM_GAS : COLD_SLOT_GAS);
  world.warmSlot(address, slot);
}
