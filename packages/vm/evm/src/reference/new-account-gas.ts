import type { Address } from "../evm.ts";
import type { Frame } from "./frame.ts";

const NEW_ACCOUNT_GAS = 25_000;

/**
 * What it costs that this account comes to be by receiving value: since EIP-161 only where there is value and
 * the account is empty; before, wherever it does not exist.
 */
export function newAccountGas(frame: Frame, recipient: Address, valueWei: bigint): number {
  const { rules, world } = frame.execution;
  const isNew = rules.clearsEmptyAccounts
    ? valueWei !== 0n && world.isDead(recipient)
    : world.account(recipient) === undefined;
  return isNew ? NEW_ACCOUNT_GAS : 0;
}
