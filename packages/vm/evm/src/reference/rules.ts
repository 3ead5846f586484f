import { type Hardfork, includesFork } from "../hardfork.ts";

/** What the hardforks changed, named for what it does. One object for each hardfork, made once. */
export interface Rules {
  readonly hardfork: Hardfork;
  readonly includes: (since: Hardfork) => boolean;

  /** EIP-2: a creation that cannot pay for its code fails, instead of leaving an account without code. */
  readonly codeMustBePaid: boolean;
  /** EIP-150: a call gets at most all but one 64th of the gas, however much it asks for. */
  readonly keepsOne64th: boolean;
  /** EIP-161: empty accounts that are touched disappear; a new contract starts at nonce 1. */
  readonly clearsEmptyAccounts: boolean;
  /** EIP-2929: the first access to an account or slot in a transaction costs more. */
  readonly tracksWarmth: boolean;
  /** EIP-3541: no new code starts with the byte 0xef. */
  readonly rejectsCodeStartingWithEf: boolean;
  /** EIP-6780: SELFDESTRUCT removes only an account created in the same transaction. */
  readonly destroysOnlyNew: boolean;
  /** EIP-7702: an account may point to the code of another. */
  readonly followsDelegation: boolean;
  /** EIP-170. */
  readonly maxCodeSizeBytes: number;
  /** EIP-3860, which also charges for init code by the word. */
  readonly maxInitCodeSizeBytes: number;
  readonly initCodeWordGas: number;

  readonly expByteGas: number;
  readonly refundOfSelfDestruct: number;
  readonly storage: StorageRules;
  readonly flat: FlatAccessGas;
}

/** SSTORE: what a change costs, and gives back, by original, present and new value. */
export interface StorageRules {
  /** EIP-1283, EIP-2200: costs go by the value at the start of the transaction, not by the last one. */
  readonly isNet: boolean;
  /** EIP-2200: with this much gas or less SSTORE fails, so that a call's stipend cannot pay for it. */
  readonly stipendGuard: number;
  /** Nothing changes, or the slot was already written in this transaction. Only where `isNet`. */
  readonly noopGas: number;
  /** From zero to another value. */
  readonly setGas: number;
  readonly resetGas: number;
  readonly clearRefund: number;
}

/** Gas for reading the state before EIP-2929, and nothing since: warmth decides then. */
interface FlatAccessGas {
  readonly balance: number;
  readonly code: number;
  readonly codeHash: number;
  readonly storage: number;
  readonly call: number;
}

export function rulesOf(hardfork: Hardfork): Rules {
  const includes = (since: Hardfork): boolean => includesFork(hardfork, since);
  return {
    hardfork,
    includes,
    codeMustBePaid: includes("homestead"),
    keepsOne64th: includes("tangerineWhistle"),
    clearsEmptyAccounts: includes("spuriousDragon"),
    tracksWarmth: includes("berlin"),
    rejectsCodeStartingWithEf: includes("london"),
    destroysOnlyNew: includes("cancun"),
    followsDelegation: includes("prague"),
    maxCodeSizeBytes: includes("spuriousDragon") ? 0x6000 : Number.POSITIVE_INFINITY,
    maxInitCodeSizeBytes: includes("shanghai") ? 0xc000 : Number.POSITIVE_INFINITY,
    initCodeWordGas: includes("shanghai") ? 2 : 0,
    expByteGas: includes("spuriousDragon") ? 50 : 10,
    refundOfSelfDestruct: includes("london") ? 0 : 24_000,
    storage: storageRulesOf(hardfork, includes),
    flat: flatAccessGasOf(includes),
  };
}

function storageRulesOf(hardfork: Hardfork, includes: (since: Hardfork) => boolean): StorageRules {
  const isNet = hardfork === "constantinople" || includes("istanbul");
  const noopGas = includes("berlin") ? 100 : includes("istanbul") ? 800 : 200;
  return {
    isNet,
    stipendGuard: includes("istanbul") ? 2300 : 0,
    noopGas,
    setGas: 20_000,
    // EIP-2929 took the cost of a cold access out of it.
    resetGas: includes("berlin") ? 2900 : 5000,
    // EIP-3529
    clearRefund: includes("london") ? 4800 : 15_000,
  };
}

function flatAccessGasOf(includes: (since: Hardfork) => boolean): FlatAccessGas {
  if (includes("berlin")) return { balance: 0, code: 0, codeHash: 0, storage: 0, call: 0 };
  // EIP-1884
  if (includes("istanbul")) {
    return { balance: 700, code: 700, codeHash: 700, storage: 800, call: 700 };
  }
  // EIP-150
  if (includes("tangerineWhistle")) {
    return { balance: 400, code: 700, codeHash: 400, storage: 200, call: 700 };
  }
  return { balance: 20, code: 20, codeHash: 0, storage: 50, call: 40 };
}
