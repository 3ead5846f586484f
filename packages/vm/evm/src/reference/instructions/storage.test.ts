import { hexToBytes } from "@ghostchain/encoding";
import { describe, expect, it } from "vitest";
import { evaluate, HERE, runCode } from "../../../test/run-code.ts";
import { addressOfWord } from "../../address.ts";
import type { Hardfork } from "../../hardfork.ts";

/** The table of EIP-2200: values written to slot 0 one after another, by the value it had before. */
const SEQUENCES: readonly (readonly [original: bigint, written: readonly number[]])[] = [
  [0n, [0, 0]],
  [0n, [0, 1]],
  [0n, [1, 0]],
  [0n, [1, 2]],
  [0n, [1, 1]],
  [1n, [0, 0]],
  [1n, [0, 1]],
  [1n, [0, 2]],
  [1n, [2, 0]],
  [1n, [2, 3]],
  [1n, [2, 1]],
  [1n, [2, 2]],
  [1n, [1, 0]],
  [1n, [1, 2]],
  [1n, [1, 1]],
  [0n, [1, 0, 1]],
  [1n, [0, 1, 0]],
];

/** Gas used and refund of each, as the EIPs list them; the slot is warm since Berlin. */
const EXPECTED: Partial<Record<Hardfork, readonly (readonly [gas: bigint, refund: bigint])[]>> = {
  // EIP-1283
  constantinople: [
    [412n, 0n],
    [20212n, 0n],
    [20212n, 19800n],
    [20212n, 0n],
    [20212n, 0n],
    [5212n, 15000n],
    [5212n, 4800n],
    [5212n, 0n],
    [5212n, 15000n],
    [5212n, 0n],
    [5212n, 4800n],
    [5212n, 0n],
    [5212n, 15000n],
    [5212n, 0n],
    [412n, 0n],
    [40218n, 19800n],
    [10218n, 19800n],
  ],
  // EIP-2200
  istanbul: [
    [1612n, 0n],
    [20812n, 0n],
    [20812n, 19200n],
    [20812n, 0n],
    [20812n, 0n],
    [5812n, 15000n],
    [5812n, 4200n],
    [5812n, 0n],
    [5812n, 15000n],
    [5812n, 0n],
    [5812n, 4200n],
    [5812n, 0n],
    [5812n, 15000n],
    [5812n, 0n],
    [1612n, 0n],
    [40818n, 19200n],
    [10818n, 19200n],
  ],
  // EIP-3529
  london: [
    [212n, 0n],
    [20112n, 0n],
    [20112n, 19900n],
    [20112n, 0n],
    [20112n, 0n],
    [3012n, 4800n],
    [3012n, 2800n],
    [3012n, 0n],
    [3012n, 4800n],
    [3012n, 0n],
    [3012n, 2800n],
    [3012n, 0n],
    [3012n, 4800n],
    [3012n, 0n],
    [212n, 0n],
    [40118n, 19900n],
    [5918n, 7600n],
  ],
};

function pushed(value: number): string {
  return `60${value.toString(16).padStart(2, "0")}`;
}

describe("storage instructions", () => {
  for (const [hardfork, rows] of Object.entries(EXPECTED) as [Hardfork, [bigint, bigint][]][]) {
    it(`SSTORE costs and refunds what the EIP's table says in ${hardfork}`, () => {
      for (const [index, [original, written]] of SEQUENCES.entries()) {
        const code = hexToBytes(`0x${written.map((value) => `${pushed(value)}600055`).join("")}`);
        const { gasUsed, world } = runCode(code, {
          hardfork,
          storage: new Map([[0n, original]]),
          prepare: (fresh) => fresh.warmSlot(HERE, 0n),
        });
        expect([gasUsed, world.refund], `row ${index}`).toEqual(rows[index]);
      }
    });
  }

  it("SSTORE goes by the last value alone before Constantinople, and again in Petersburg", () => {
    for (const hardfork of ["frontier", "byzantium", "petersburg"] as const) {
      const { gasUsed, world } = runCode("1 0 SSTORE 0 0 SSTORE 0 0 SSTORE", { hardfork });
      expect([gasUsed, world.refund]).toEqual([20_000n + 5000n + 5000n + 18n, 15_000n]);
    }
  });

  it("a slot costs 2100 gas more the first time it is read or written", () => {
    expect(runCode("0 SLOAD").gasUsed).toBe(2n + 2100n);
    expect(runCode("0 SLOAD 0 SLOAD").gasUsed).toBe(4n + 2200n);
    expect(runCode("1 0 SSTORE").gasUsed).toBe(5n + 22_100n);
    expect(runCode("0 SLOAD 1 0 SSTORE").gasUsed).toBe(7n + 2100n + 20_000n);
  });

  it("SSTORE needs more than the stipend of a call, though it may cost less", () => {
    expect(runCode("0 0 SSTORE", { gas: 2304n }).halt).toBe("out_of_gas");
    expect(runCode("0 0 SSTORE", { gas: 2305n }).halt).toBeUndefined();
    const petersburg = { hardfork: "petersburg", gas: 5006n } as const;
    expect(runCode("0 0 SSTORE", petersburg).halt).toBeUndefined();
  });

  it("storage outlives a transaction, transient storage does not", () => {
    const { world } = runCode("5 1 SSTORE 6 1 TSTORE");
    expect(world.changes().accounts.get(HERE)?.storage.get(1n)).toBe(5n);
    expect(evaluate("6 1 TSTORE 1 TLOAD")).toBe(6n);
    expect(evaluate("1 TLOAD")).toBe(0n);
    expect(runCode("1 0 TSTORE 0 TLOAD").gasUsed).toBe(3n + 2n + 100n + 2n + 100n);
  });

  it("transient storage is each account's own, and reverts with its frame", () => {
    const other = addressOfWord(0x07e4n);
    const call = (kind: string): string => `0 0 0 0 0 ${BigInt(other)} GAS ${kind} POP`;
    const accounts = new Map([[other, { code: "9 0 TSTORE" }]]);
    expect(evaluate(`${call("CALL")} 0 TLOAD`, { accounts })).toBe(0n);
    expect(evaluate(`${call("CALLCODE")} 0 TLOAD`, { accounts })).toBe(9n);
    const reverting = new Map([[other, { code: "9 0 TSTORE 0 0 REVERT" }]]);
    expect(evaluate(`3 0 TSTORE ${call("CALLCODE")} 0 TLOAD`, { accounts: reverting })).toBe(3n);
  });
});
