import { describe, expect, it } from "vitest";
import { evaluate, runCode } from "../../../test/run-code.ts";

describe("flow instructions", () => {
  it("jump to a JUMPDEST", () => {
    const code = "6 JUMP INVALID INVALID INVALID JUMPDEST 7 0 MSTORE 32 0 RETURN";
    expect(runCode(code).word).toBe(7n);
  });

  it("refuse to jump anywhere else: other code, data of a PUSH, beyond the end", () => {
    expect(runCode("0 JUMP").halt).toBe("invalid_jump");
    // PUSH1 3, JUMP, PUSH1 with 0x5b as its data
    expect(runCode(Uint8Array.of(0x60, 4, 0x56, 0x60, 0x5b)).halt).toBe("invalid_jump");
    expect(runCode("1000 JUMP").halt).toBe("invalid_jump");
    expect(runCode(`${2n ** 64n} JUMP`).halt).toBe("invalid_jump");
    expect(runCode(`${2n ** 256n - 1n} JUMP`).halt).toBe("invalid_jump");
  });

  it("JUMPI jumps on anything but zero, and does not look at a target it does not take", () => {
    expect(runCode("0 9999 JUMPI").halt).toBeUndefined();
    expect(runCode("1 9999 JUMPI").halt).toBe("invalid_jump");
    expect(runCode(`${2n ** 255n} 9999 JUMPI`).halt).toBe("invalid_jump");
  });

  it("PC is the position of the instruction itself", () => {
    expect(evaluate("1 POP PC")).toBe(3n);
  });

  it("GAS is what is left after paying for itself", () => {
    expect(evaluate("GAS", { gas: 1000n })).toBe(998n);
  });

  it("stop at the end of the code", () => {
    const { halt, gasUsed, output } = runCode("1 2 ADD");
    expect({ halt, gasUsed, size: output.length }).toEqual({
      halt: undefined,
      gasUsed: 9n,
      size: 0,
    });
  });

  it("REVERT gives back gas and data, INVALID and unknown opcodes take everything", () => {
    const reverted = runCode("42 0 MSTORE 32 0 REVERT", { gas: 1000n });
    expect(reverted).toMatchObject({ halt: "revert", gasLeft: 1000n - 18n + 2n, word: 42n });
    for (const code of ["INVALID", Uint8Array.of(0x0c)]) {
      expect(runCode(code)).toMatchObject({ halt: "invalid_opcode", gasLeft: 0n, word: 0n });
    }
    expect(runCode("0 0 REVERT", { hardfork: "homestead" }).halt).toBe("invalid_opcode");
  });

  it("run out of gas in the middle of a loop", () => {
    expect(runCode("JUMPDEST 0 JUMP")).toMatchObject({ halt: "out_of_gas", gasLeft: 0n });
  });
});
