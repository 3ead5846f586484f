import { contractAddress } from "../contract-address.ts";
import type { Evm, Message, Tracer } from "../evm.ts";
import { EvmError } from "../evm-error.ts";
import type { Hardfork } from "../hardfork.ts";
import type { Precompiles } from "../precompile.ts";
import { precompilesOf } from "../precompiles/precompiles-of.ts";
import type { World } from "../world.ts";
import type { Call } from "./call.ts";
import { CodeCache } from "./code.ts";
import type { Execution } from "./execution.ts";
import { instructionSet } from "./instruction-set.ts";
import { JournaledWorld } from "./journaled-world.ts";
import { rulesOf } from "./rules.ts";
import { runMessage } from "./run-message.ts";

/** Analysed code that a machine remembers. Analysis takes about ten times the size of the code. */
const CODE_CACHE_BYTES = 4 * 1024 * 1024;

export interface ReferenceEvmOptions {
  readonly hardfork: Hardfork;
  /** Those of the hardfork where it is not said. */
  readonly precompiles?: Precompiles | undefined;
  /** Sees every step and frame; it costs nothing where there is none. */
  readonly tracer?: Tracer | undefined;
}

/**
 * The machine that is written to be read: one function for each instruction, words as BigInt. It is the
 * one that traces, and the one that faster machines are compared with.
 */
export function createReferenceEvm(options: ReferenceEvmOptions): Evm {
  const { hardfork, precompiles = precompilesOf(hardfork), tracer } = options;
  const rules = rulesOf(hardfork);
  const instructions = instructionSet(rules);
  const codes = new CodeCache(CODE_CACHE_BYTES);
  return {
    hardfork,
    createWorld: (state) => new JournaledWorld(state, rules, codes, precompiles),
    run(world, block, transaction, message) {
      const own = requireOwnWorld(world);
      const execution: Execution = {
        world: own,
        block,
        transaction,
        rules,
        instructions,
        precompiles,
        tracer,
      };
      return runMessage(execution, callOf(own, message));
    },
  };
}

function callOf(world: JournaledWorld, message: Message): Call {
  const { caller, to, valueWei, data, gas } = message;
  const address = to ?? contractAddress(caller, world.account(caller)?.nonce ?? 0n);
  return {
    kind: to === undefined ? "CREATE" : "CALL",
    caller,
    address,
    codeAddress: address,
    valueWei,
    input: data,
    gas,
    isStatic: false,
    depth: 0,
    outputOffset: 0,
    outputSizeBytes: 0,
  };
}

function requireOwnWorld(world: World): JournaledWorld {
  if (world instanceof JournaledWorld) return world;
  throw new EvmError({ code: "WORLD_OF_ANOTHER_MACHINE" });
}
