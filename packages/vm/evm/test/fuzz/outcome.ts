import type { Address, Hash } from "../../src/index.ts";

/** All that can be told of a run from outside, as text, so that two outcomes compare line by line. */
export interface Outcome {
  readonly ending: "success" | "revert" | "halt";
  readonly gasLeft: bigint;
  readonly output: string;
  readonly created: Address | undefined;
  readonly refund: bigint;
  readonly logs: readonly string[];
  readonly accounts: readonly AccountOutcome[];
}

export interface AccountOutcome {
  readonly address: Address;
  readonly nonce: bigint;
  readonly balanceWei: bigint;
  readonly codeHash: Hash;
  /** Slots that do not hold zero. */
  readonly storage: ReadonlyMap<bigint, bigint>;
}

/** One line for each fact, in a fixed order. */
export function linesOf(outcome: Outcome): string[] {
  const { ending, gasLeft, output, created, refund, logs, accounts } = outcome;
  const byAddress = accounts.toSorted((a, b) => (a.address < b.address ? -1 : 1));
  return [
    `ending ${ending}`,
    `gas left ${gasLeft}`,
    `output ${output}`,
    `created ${created ?? "nothing"}`,
    `refund ${refund}`,
    ...logs.map((log) => `log ${log}`),
    ...byAddress.map((account) => `account ${describe(account)}`),
  ];
}

function describe({ address, nonce, balanceWei, codeHash, storage }: AccountOutcome): string {
  const slots = [...storage].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = slots.map(([slot, value]) => `${slot.toString(16)}=${value.toString(16)}`).join(" ");
  return `${address} nonce ${nonce} balance ${balanceWei} code ${codeHash.slice(0, 10)} { ${text} }`;
}
