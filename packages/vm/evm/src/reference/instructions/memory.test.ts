import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate, runCode } from "../../../test/run-code.ts";

const HUGE = [2n ** 31n, 2n ** 53n, 2n ** 64n, 2n ** 256n - 32n, 2n ** 256n - 1n];

describe("memory instructions", () => {
  it("write and read words at any offset", () => {
    const anyWrite = fc.tuple(fc.nat(90), fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }));
    fc.assert(
      fc.property(fc.array(anyWrite, { maxLength: 8 }), fc.nat(90), (writes, at) => {
        const model = new Uint8Array(160);
        for (const [offset, word] of writes) {
          model.set(Buffer.from(word.toString(16).padStart(64, "0"), "hex"), offset);
        }
        const code = writes.map(([offset, word]) => `${word} ${offset} MSTORE`).join(" ");
        const expected = Buffer.from(model.subarray(at, at + 32)).toString("hex");
        expect(evaluate(`${code} ${at} MLOAD`)).toBe(BigInt(`0x${expected}`));
      }),
    );
  });

  it("MSTORE8 writes the lowest byte alone", () => {
    expect(evaluate(`${2n ** 256n - 1n} 0 MSTORE 0xab12 31 MSTORE8 0 MLOAD`)).toBe(
      2n ** 256n - 1n - 0xedn,
    );
  });

  it("grow by whole words, at 3 gas each and a 512th of their square", () => {
    expect(evaluate("MSIZE")).toBe(0n);
    expect(evaluate("0 MLOAD POP MSIZE")).toBe(32n);
    expect(evaluate("1 MLOAD POP MSIZE")).toBe(64n);
    expect(evaluate("1 64 MSTORE8 MSIZE")).toBe(96n);
    const gasFor = (bytes: number): bigint => runCode(`${bytes - 32} MLOAD`).gasUsed - 6n;
    expect(gasFor(64)).toBe(6n);
    expect(gasFor(32 * 1000)).toBe(3000n + 1953n);
    // What is there already is not paid for again.
    expect(runCode("1000 MLOAD 1000 MLOAD").gasUsed - runCode("1000 MLOAD").gasUsed).toBe(6n);
  });

  it("run out of gas at once where the offset is beyond all gas", () => {
    for (const offset of HUGE) {
      expect(runCode(`${offset} MLOAD`).halt).toBe("out_of_gas");
      expect(runCode(`1 ${offset} MSTORE8`).halt).toBe("out_of_gas");
      expect(runCode(`32 ${offset} RETURN`).halt).toBe("out_of_gas");
      expect(runCode(`${offset} 0 KECCAK256`).halt).toBe("out_of_gas");
      expect(runCode(`${offset} 0 0 CALLDATACOPY`).halt).toBe("out_of_gas");
      expect(runCode(`32 ${offset} 0 MCOPY`).halt).toBe("out_of_gas");
    }
  });

  it("need none for an empty range, wherever it is", () => {
    for (const offset of HUGE) {
      expect(runCode(`0 ${offset} RETURN`).halt).toBeUndefined();
      expect(runCode(`0 ${offset} KECCAK256`).halt).toBeUndefined();
      expect(runCode(`0 ${offset} ${offset} MCOPY MSIZE`).halt).toBeUndefined();
    }
  });

  it("MCOPY copies as if through a buffer, and grows for both ends", () => {
    const bytes = "0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";
    expect(evaluate(`${bytes} 0 MSTORE 31 0 1 MCOPY 0 MLOAD`)).toBe(
      0x010102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fn,
    );
    expect(evaluate(`${bytes} 0 MSTORE 31 1 0 MCOPY 0 MLOAD`)).toBe(
      0x02030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2020n,
    );
    expect(evaluate("1 100 0 MCOPY MSIZE")).toBe(128n);
    expect(runCode("0 0 0 MCOPY", { hardfork: "shanghai" }).halt).toBe("invalid_opcode");
  });
});
