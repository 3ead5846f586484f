import { describe, expect, it } from "vitest";
import { assemble } from "../../test/assembler.ts";
import { BLOCK, evaluate, HERE, runCode, SENDER, stateOf } from "../../test/run-code.ts";
import { addressOfWord } from "../address.ts";
import type { TraceFrame, TraceStep } from "../evm.ts";
import type { World } from "../world.ts";
import { createReferenceEvm } from "./reference-evm.ts";

describe("createReferenceEvm", () => {
  it("counts gas exactly where a double could not", () => {
    for (const gas of [2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 52n, 2n ** 52n - 1n]) {
      expect(evaluate("GAS", { gas })).toBe(gas - 2n);
      expect(runCode("1 POP", { gas }).gasLeft).toBe(gas - 5n);
      const other = addressOfWord(0x07e4n);
      const accounts = new Map([[other, { code: "GAS 0 MSTORE 32 0 RETURN" }]]);
      const call = `32 0 0 0 ${BigInt(other)} ${2n ** 255n} STATICCALL POP 0 MLOAD`;
      const before = gas - 18n - 2600n;
      expect(evaluate(call, { gas, accounts })).toBe(before - before / 64n - 2n);
    }
  });

  it("gives back gas of a message that cannot be sent for want of value", () => {
    const accounts = new Map([[SENDER, { balanceWei: 4n }]]);
    const { halt, gasLeft } = runCode("STOP", { accounts, valueWei: 5n, gas: 1000n });
    expect({ halt, gasLeft }).toEqual({ halt: "insufficient_balance", gasLeft: 1000n });
  });

  it("refuses a world that another machine made", () => {
    const evm = createReferenceEvm({ hardfork: "osaka" });
    const world = { ...evm.createWorld(stateOf(new Map())) } as World;
    const message = { caller: SENDER, to: HERE, valueWei: 0n, data: assemble(""), gas: 1n };
    const transaction = { origin: SENDER, gasPriceWei: 0n, blobHashes: [] };
    expect(() => evm.run(world, BLOCK, transaction, message)).toThrow("WORLD_OF_ANOTHER_MACHINE");
  });
});

describe("a tracer", () => {
  it("sees every instruction before it runs", () => {
    const steps: Partial<TraceStep>[] = [];
    const tracer = {
      onStep({ pc, opcode, gas, depth, stack, memory }: TraceStep) {
        steps.push({ pc, opcode, gas, depth, stack: [...stack], memory: memory.slice() });
      },
    };
    runCode("1 2 MSTORE8 MSIZE", { tracer, gas: 100n });
    const memory = new Uint8Array(0);
    expect(steps).toEqual([
      { pc: 0, opcode: 0x60, gas: 100n, depth: 0, stack: [], memory },
      { pc: 2, opcode: 0x60, gas: 97n, depth: 0, stack: [1n], memory },
      { pc: 4, opcode: 0x53, gas: 94n, depth: 0, stack: [1n, 2n], memory },
      { pc: 5, opcode: 0x59, gas: 88n, depth: 0, stack: [], memory: expect.any(Uint8Array) },
      { pc: 6, opcode: 0x00, gas: 86n, depth: 0, stack: [32n], memory: expect.any(Uint8Array) },
    ]);
  });

  it("sees frames begin and end, with what becomes of them", () => {
    const events: string[] = [];
    const tracer = {
      onEnter: ({ kind, to }: TraceFrame) => events.push(`${kind} ${BigInt(to).toString(16)}`),
      onExit: ({ halt, gasUsed }: { halt: string | undefined; gasUsed: bigint }) =>
        events.push(`${halt ?? "done"} ${gasUsed}`),
    };
    const other = addressOfWord(0x07e4n);
    const accounts = new Map([[other, { code: "0 0 REVERT" }]]);
    runCode(`0 0 0 0 ${BigInt(other)} GAS STATICCALL 0 0 0 0 4 GAS STATICCALL 5 SELFDESTRUCT`, {
      tracer,
      accounts,
    });
    expect(events).toEqual([
      "CALL 4e4e",
      "STATICCALL 7e4",
      "revert 4",
      "STATICCALL 4",
      "done 15",
      "SELFDESTRUCT 5",
      "done 0",
      expect.stringMatching(/^done \d+$/),
    ]);
  });
});
