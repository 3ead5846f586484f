import type { BlockContext, Tracer, TransactionContext } from "../evm.ts";
import type { Precompiles } from "../precompile.ts";
import type { Instruction } from "./instruction.ts";
import type { JournaledWorld } from "./journaled-world.ts";
import type { Rules } from "./rules.ts";

/** What all frames of a message share. */
export interface Execution {
  readonly world: JournaledWorld;
  readonly block: BlockContext;
  readonly transaction: TransactionContext;
  readonly rules: Rules;
  /** By opcode; undefined where these rules have none. 256 of them. */
  readonly instructions: readonly (Instruction | undefined)[];
  readonly precompiles: Precompiles;
  readonly tracer: Tracer | undefined;
}
