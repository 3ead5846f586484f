import type { Halt } from "@ghostchain/evm";
import { ProtocolError } from "@ghostchain/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryBackend, OTHER, SENDER } from "../test/memory-backend.ts";
import type { CallOutcome, CallRequest } from "./backend.ts";
import { estimateGas } from "./estimate-gas.ts";
import { LATEST } from "./read/block-reference.ts";

const CAP = 50_000_000n;

/** A backend whose call needs `needed` gas to succeed, and uses less when it has it. */
function backendThatNeeds(needed: bigint, used = needed, halt: Halt = "out_of_gas") {
  const backend = new MemoryBackend();
  backend.codes.set(OTHER, Uint8Array.of(1));
  const runs: bigint[] = [];
  backend.onCall = (request): CallOutcome => {
    const gas = request.transaction.gasLimit ?? 0n;
    runs.push(gas);
    const isEnough = gas >= needed;
    const gasUsed = isEnough ? used : gas;
    return {
      halt: isEnough ? undefined : halt,
      gasLeft: gas - gasUsed,
      output: new Uint8Array(),
      created: undefined,
      gasUsed,
      logs: [],
      accessList: [],
    };
  };
  return { backend, runs };
}

const request = (fields: Partial<CallRequest["transaction"]> = {}): CallRequest => ({
  transaction: { from: SENDER, to: OTHER, valueWei: 0n, data: Uint8Array.of(1), ...fields },
  at: LATEST,
});

describe("estimateGas", () => {
  it("is enough, and at most 1.5 % more than that", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 21_000n, max: 16_000_000n }),
        fc.integer({ min: 1, max: 100 }),
        (needed, usedPercent) => {
          const used = (needed * BigInt(usedPercent)) / 100n;
          const { backend, runs } = backendThatNeeds(needed, used < 21_000n ? 21_000n : used);
          const estimate = estimateGas(backend, request(), CAP);
          expect(estimate >= needed).toBe(true);
          expect(Number(estimate)).toBeLessThanOrEqual(Number(needed) * 1.0153 + 1);
          expect(runs.length).toBeLessThan(20);
        },
      ),
    );
  });

  it("runs a plain transfer once", () => {
    const { backend, runs } = backendThatNeeds(21_000n);
    backend.codes.clear();
    expect(estimateGas(backend, request({ data: new Uint8Array() }), CAP)).toBe(21_000n);
    expect(runs).toEqual([21_000n]);
  });

  it("says so when no gas within the limits is enough", () => {
    const { backend } = backendThatNeeds(10n ** 12n);
    expect(() => estimateGas(backend, request(), CAP)).toThrow(
      "gas required exceeds allowance (16777216)",
    );
    expect(() => estimateGas(backend, request({ gasLimit: 30_000n }), CAP)).toThrow(
      "gas required exceeds allowance (30000)",
    );
  });

  it("takes a refusal for want of gas as too little, though less was used in the end", () => {
    const { backend } = backendThatNeeds(50_000n, 30_000n);
    const call = backend.onCall;
    backend.onCall = (asked) => {
      if ((asked.transaction.gasLimit ?? 0n) >= 46_000n) return call(asked);
      const fault = { gasLimit: 0n, intrinsicGas: 46_000n };
      throw new ProtocolError({ code: "TRANSACTION_GAS_TOO_LOW", ...fault });
    };
    expect(estimateGas(backend, request(), CAP)).toBeGreaterThanOrEqual(50_000n);
    expect(() => estimateGas(backend, request({ gasLimit: 21_000n }), CAP)).toThrow(ProtocolError);
  });

  it("passes a revert on at once", () => {
    const { backend, runs } = backendThatNeeds(10n ** 12n, 10n ** 12n, "revert");
    expect(() => estimateGas(backend, request(), CAP)).toThrow("execution reverted");
    expect(runs).toHaveLength(1);
  });

  it("stays within what the sender can pay for", () => {
    const { backend } = backendThatNeeds(10n ** 12n);
    backend.balances.set(SENDER, 1_000_000n);
    const paid = request({ gasPriceWei: 10n, valueWei: 500_000n });
    expect(() => estimateGas(backend, paid, CAP)).toThrow("allowance (50000)");
    const poor = request({ gasPriceWei: 10n, valueWei: 2_000_000n });
    expect(() => estimateGas(backend, poor, CAP)).toThrow("insufficient funds for transfer");
  });
});
