import { EMPTY_BYTES } from "@ghostchain/encoding";
import {
  type Address,
  delegationTo,
  HARDFORKS,
  type Hardfork,
  includesFork,
} from "../../src/index.ts";
import { writeCode } from "./code-writer.ts";
import { Random } from "./random.ts";
import { CONTRACTS, DELEGATING, PLAIN, SENDER } from "./scene.ts";

/** A state and one message to run on it. */
export interface Program {
  readonly hardfork: Hardfork;
  readonly accounts: ReadonlyMap<Address, ProgramAccount>;
  /** Undefined creates a contract with `data` as its init code. */
  readonly to: Address | undefined;
  readonly data: Uint8Array;
  readonly valueWei: bigint;
  readonly gas: bigint;
}

export interface ProgramAccount {
  readonly nonce: bigint;
  readonly balanceWei: bigint;
  readonly code: Uint8Array;
  readonly storage: ReadonlyMap<bigint, bigint>;
}

/** Mostly the rules of today, now and then those of any other day. */
export function makeProgram(seed: number): Program {
  const random = new Random(seed);
  const hardfork = random.chance(0.5)
    ? random.pick(["osaka", "prague", "cancun"] as const)
    : random.pick(HARDFORKS);
  const accounts = new Map<Address, ProgramAccount>([
    [SENDER, { nonce: 5n, balanceWei: 10n ** 20n, code: EMPTY_BYTES, storage: new Map() }],
    [PLAIN, { nonce: 1n, balanceWei: 77n, code: EMPTY_BYTES, storage: new Map() }],
  ]);
  for (const address of CONTRACTS) accounts.set(address, makeContract(random, hardfork));
  if (includesFork(hardfork, "prague")) {
    const [, second] = CONTRACTS;
    const code = delegationTo(second ?? PLAIN);
    accounts.set(DELEGATING, { nonce: 1n, balanceWei: 3n, code, storage: new Map() });
  }
  const isCreation = random.chance(0.1);
  return {
    hardfork,
    accounts,
    to: isCreation ? undefined : random.pick(CONTRACTS),
    data: isCreation ? writeCode(random, hardfork) : random.bytes(random.int(100)),
    valueWei: random.chance(0.3) ? BigInt(random.int(1000)) : 0n,
    gas: BigInt(random.chance(0.85) ? 2_000_000 : random.int(100_000)),
  };
}

function makeContract(random: Random, hardfork: Hardfork): ProgramAccount {
  const storage = new Map<bigint, bigint>();
  for (let slot = 0n; slot < 4n; slot++) {
    if (random.chance(0.5)) storage.set(slot, random.word() || 1n);
  }
  const code = writeCode(random, hardfork);
  return { nonce: 1n, balanceWei: BigInt(random.int(10_000)), code, storage };
}
