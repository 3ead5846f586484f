import { EMPTY_BYTES } from "@ghostchain/encoding";
import { addressOfWord } from "../../address.ts";
import { COLD_ACCOUNT_GAS } from "../access.ts";
import type { Frame } from "../frame.ts";
import type { InstructionDefinition } from "../instruction.ts";
import { newAccountGas } from "../new-account-gas.ts";

const SELF_DESTRUCT_GAS = 5000;

export const SELF_DESTRUCT: readonly InstructionDefinition[] = [
  {
    opcode: 0xff,
    name: "SELFDESTRUCT",
    pops: 1,
    pushes: 0,
    gas: (rules) => (rules.keepsOne64th ? SELF_DESTRUCT_GAS : 0),
    run: selfDestruct,
  },
];

/** Sends the whole balance to the beneficiary and ends the frame; the account goes with the transaction. */
function selfDestruct(frame: Frame): void {
  frame.forbidInStaticCall();
  const { world, rules, tracer } = frame.execution;
  const { address } = frame.call;
  const beneficiary = addressOfWord(frame.pop());
  const valueWei = world.balanceWei(address);
  if (rules.tracksWarmth && !world.isWarmAccount(beneficiary)) {
    frame.charge(COLD_ACCOUNT_GAS);
    world.warmAccount(beneficiary);
  }
  if (rules.keepsOne64th) frame.charge(newAccountGas(frame, beneficiary, valueWei));
  tracer?.onEnter?.({
    kind: "SELFDESTRUCT",
    from: address,
    to: beneficiary,
    valueWei,
    gas: 0n,
    input: EMPTY_BYTES,
  });
  tracer?.onExit?.({ gasUsed: 0n, output: EMPTY_BYTES, halt: undefined });
  const isRemoved = !rules.destroysOnlyNew || world.isCreatedHere(address);
  world.subtractBalance(address, valueWei);
  // What a removed account sends to itself is gone, as it is removed with its balance.
  if (beneficiary !== address || !isRemoved) world.addBalance(beneficiary, valueWei);
  if (isRemoved) world.destroy(address);
  frame.return(EMPTY_BYTES);
}
