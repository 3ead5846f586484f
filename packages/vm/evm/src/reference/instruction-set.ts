import type { Instruction, InstructionDefinition } from "./instruction.ts";
import { ARITHMETIC } from "./instructions/arithmetic.ts";
import { BITS } from "./instructions/bits.ts";
import { BLOCK } from "./instructions/block.ts";
import { CALLS } from "./instructions/call.ts";
import { CREATION } from "./instructions/create.ts";
import { ENVIRONMENT } from "./instructions/environment.ts";
import { FLOW } from "./instructions/flow.ts";
import { HASH } from "./instructions/hash.ts";
import { LOG } from "./instructions/log.ts";
import { MEMORY } from "./instructions/memory.ts";
import { SELF_DESTRUCT } from "./instructions/self-destruct.ts";
import { STACK } from "./instructions/stack.ts";
import { STORAGE } from "./instructions/storage.ts";
import type { Rules } from "./rules.ts";

const ALL: readonly InstructionDefinition[] = [
  ...ARITHMETIC,
  ...BITS,
  ...HASH,
  ...ENVIRONMENT,
  ...BLOCK,
  ...STACK,
  ...MEMORY,
  ...STORAGE,
  ...FLOW,
  ...LOG,
  ...CREATION,
  ...CALLS,
  ...SELF_DESTRUCT,
];

/** The instructions of a hardfork by opcode: 256 places, undefined where it has none. */
export function instructionSet(rules: Rules): readonly (Instruction | undefined)[] {
  const set = new Array<Instruction | undefined>(256).fill(undefined);
  for (const definition of ALL) {
    if (!rules.includes(definition.since ?? "frontier")) continue;
    const { opcode, name, pops, pushes, run } = definition;
    const gas = typeof definition.gas === "number" ? definition.gas : definition.gas(rules);
    set[opcode] = { opcode, name, pops, pushes, gas, run };
  }
  return set;
}
