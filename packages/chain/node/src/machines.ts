import {
  type Address,
  createReferenceEvm,
  type Evm,
  type Hardfork,
  precompilesOf,
  type Tracer,
} from "@ghostchain/evm";

/** The machines that run this chain's code, one for each set of rules, made when first needed. */
export class Machines {
  readonly #machines = new Map<Hardfork, Evm>();

  of(hardfork: Hardfork): Evm {
    const known = this.#machines.get(hardfork);
    if (known !== undefined) return known;
    const evm = createReferenceEvm({ hardfork, precompiles: precompilesOf(hardfork) });
    this.#machines.set(hardfork, evm);
    return evm;
  }

  /** Addresses of the contracts that the machine itself provides. */
  precompiles(hardfork: Hardfork): Iterable<Address> {
    return precompilesOf(hardfork).keys();
  }

  /** One for a single use, which tells `tracer` what it does. */
  traced(hardfork: Hardfork, tracer: Tracer): Evm {
    return createReferenceEvm({ hardfork, precompiles: precompilesOf(hardfork), tracer });
  }
}
