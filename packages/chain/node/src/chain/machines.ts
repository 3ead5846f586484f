import {
  type Address,
  createReferenceEvm,
  type Evm,
  type Hardfork,
  precompilesOf,
  type Tracer,
} from "@ghostchain/evm";
import type { Impersonation } from "../dev/impersonation.ts";
import { lettingContractsSend } from "../dev/letting-contracts-send.ts";

/** The machines that run this chain's code, one for each set of rules, made when first needed. */
export class Machines {
  readonly #machines = new Map<Hardfork, Evm>();
  readonly #impersonation: Impersonation;

  constructor(impersonation: Impersonation) {
    this.#impersonation = impersonation;
  }

  /** While accounts are impersonated, contracts among them may send. */
  of(hardfork: Hardfork): Evm {
    const evm = this.#plain(hardfork);
    if (!this.#impersonation.hasSenders) return evm;
    return lettingContractsSend(evm, (address) => this.#impersonation.hasSent(address));
  }

  /** Addresses of the contracts that the machine itself provides. */
  precompiles(hardfork: Hardfork): Iterable<Address> {
    return precompilesOf(hardfork).keys();
  }

  /** One for a single use, which tells `tracer` what it does. */
  traced(hardfork: Hardfork, tracer: Tracer): Evm {
    return createReferenceEvm({ hardfork, precompiles: precompilesOf(hardfork), tracer });
  }

  #plain(hardfork: Hardfork): Evm {
    const known = this.#machines.get(hardfork);
    if (known !== undefined) return known;
    const evm = createReferenceEvm({ hardfork, precompiles: precompilesOf(hardfork) });
    this.#machines.set(hardfork, evm);
    return evm;
  }
}
