import type { Address } from "./evm.ts";
import type { Hardfork } from "./hardfork.ts";

/**
 * A contract the machine itself provides. Its input is part of the caller's memory: it must not be changed or
 * kept, and the output must be bytes of its own.
 */
export interface Precompile {
  readonly name: string;
  readonly since: Hardfork;
  /** Gas for this input; it may depend on the rules. */
  gas(input: Uint8Array, hardfork: Hardfork): bigint;
  /** The output, or undefined where the input is invalid and the call takes all its gas. */
  run(input: Uint8Array, hardfork: Hardfork): Uint8Array | undefined;
}

/** By address, in lower-case hex. */
export type Precompiles = ReadonlyMap<Address, Precompile>;
