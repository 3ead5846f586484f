import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Header } from "../block/block.ts";
import { nextBaseFeeWei } from "./base-fee.ts";
import { blobBaseFeeWei, GAS_PER_BLOB, nextExcessBlobGas } from "./blob-fee.ts";
import { isGasLimitAllowed, nextGasLimit } from "./gas-limit.ts";

const CANCUN = { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477n };
const OSAKA = { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716n };

describe("nextBaseFeeWei", () => {
  it("begins at a gwei", () => {
    expect(nextBaseFeeWei(parent({ gasLimit: 10_000n }))).toBe(1_000_000_000n);
  });

  it.each([
    [20_000_000n, 1_125_000_000n],
    [10_000_000n, 1_000_000_000n],
    [0n, 875_000_000n],
    [9_000_000n, 987_500_000n],
    [11_000_000n, 1_012_500_000n],
  ])("after %d of 20,000,000 gas moves to %d", (gasUsed, expected) => {
    const full = { gasLimit: 20_000_000n, gasUsed, baseFeePerGasWei: 1_000_000_000n };
    expect(nextBaseFeeWei(parent(full))).toBe(expected);
  });

  it("rises by at least one wei after a block that used too much, and never falls below zero", () => {
    const gas = fc.bigInt({ min: 5000n, max: 2n ** 40n });
    fc.assert(
      fc.property(gas, gas, fc.bigInt({ min: 0n, max: 2n ** 70n }), (gasLimit, used, baseFee) => {
        const gasUsed = used % (gasLimit + 1n);
        const next = nextBaseFeeWei(parent({ gasLimit, gasUsed, baseFeePerGasWei: baseFee }));
        if (gasUsed > gasLimit / 2n) expect(next > baseFee).toBe(true);
        else expect(next <= baseFee && next >= 0n).toBe(true);
      }),
    );
  });
});

describe("blob fees", () => {
  it("cost one wei without an excess and grow by e for each update fraction", () => {
    expect(blobBaseFeeWei(0n, CANCUN)).toBe(1n);
    expect(blobBaseFeeWei(CANCUN.baseFeeUpdateFraction * 10n, CANCUN)).toBe(22_026n);
  });

  it("carry over what was used above the target", () => {
    const used = parent({ excessBlobGas: GAS_PER_BLOB, blobGasUsed: 4n * GAS_PER_BLOB });
    const rules = { hardfork: "cancun", blobs: CANCUN } as const;
    expect(nextExcessBlobGas(used, rules)).toBe(2n * GAS_PER_BLOB);
    expect(nextExcessBlobGas(parent({}), rules)).toBe(0n);
  });

  it("fall more slowly in Osaka while blobs cost too little beside execution gas", () => {
    const fields = { excessBlobGas: 6n * GAS_PER_BLOB, blobGasUsed: 3n * GAS_PER_BLOB };
    const rules = { hardfork: "osaka", blobs: OSAKA } as const;
    const cheap = parent({ ...fields, baseFeePerGasWei: 1_000n });
    expect(nextExcessBlobGas(cheap, rules)).toBe(7n * GAS_PER_BLOB);
    const fair = parent({ ...fields, baseFeePerGasWei: 16n });
    expect(nextExcessBlobGas(fair, rules)).toBe(3n * GAS_PER_BLOB);
  });
});

describe("gas limit", () => {
  const thousand = parent({ gasLimit: 1_024_000n });

  it("may move by less than 1/1024", () => {
    const allowed = (limit: bigint) => isGasLimitAllowed(limit, thousand, false);
    expect([1_023_000n, 1_023_001n, 1_024_999n, 1_025_000n].map(allowed)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(isGasLimitAllowed(4_999n, parent({ gasLimit: 5_000n }), false)).toBe(false);
  });

  it("doubles in the first block with a base fee", () => {
    expect(isGasLimitAllowed(2_048_000n, thousand, true)).toBe(true);
    expect(isGasLimitAllowed(1_024_000n, thousand, true)).toBe(false);
    const later = parent({ gasLimit: 1_024_000n, baseFeePerGasWei: 1n });
    expect(isGasLimitAllowed(1_024_000n, later, true)).toBe(true);
  });

  it("chosen by a producer is always allowed, and what it wants where that is", () => {
    const limit = fc.bigInt({ min: 5_000n, max: 2n ** 62n });
    fc.assert(
      fc.property(limit, fc.bigInt({ min: 0n, max: 2n ** 63n }), (gasLimit, desired) => {
        const before = parent({ gasLimit, baseFeePerGasWei: 1n });
        const chosen = nextGasLimit(before, desired, true);
        expect(isGasLimitAllowed(chosen, before, true)).toBe(true);
        if (isGasLimitAllowed(desired, before, true)) expect(chosen).toBe(desired);
      }),
    );
  });
});

function parent(fields: Partial<Header>): Header {
  return { gasLimit: 0n, gasUsed: 0n, ...fields } as Header;
}
