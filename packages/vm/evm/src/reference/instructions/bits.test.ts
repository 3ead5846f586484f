import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate, runCode } from "../../../test/run-code.ts";

const anyWord = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
  fc.nat(255).map((bit) => 1n << BigInt(bit)),
  fc.constantFrom(0n, 1n, 2n ** 255n, 2n ** 255n - 1n, 2n ** 256n - 1n),
);
const anyShift = fc.oneof(fc.nat(260).map(BigInt), anyWord);

/** The 256 bits, the highest first: an oracle that shares nothing with integer arithmetic. */
function bits(word: bigint): string {
  return word.toString(2).padStart(256, "0");
}

function wordOf(text: string): bigint {
  return BigInt(`0b${text}`);
}

describe("bit instructions", () => {
  it("shift by moving digits", () => {
    fc.assert(
      fc.property(anyShift, anyWord, (shift, word) => {
        const by = shift > 256n ? 256 : Number(shift);
        const digits = bits(word);
        const sign = digits[0] ?? "0";
        expect(evaluate(`${word} ${shift} SHL`)).toBe(wordOf(digits.slice(by) + "0".repeat(by)));
        expect(evaluate(`${word} ${shift} SHR`)).toBe(
          wordOf(("0".repeat(by) + digits).slice(0, 256)),
        );
        expect(evaluate(`${word} ${shift} SAR`)).toBe(
          wordOf((sign.repeat(by) + digits).slice(0, 256)),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("combine digit by digit", () => {
    const combine = (a: bigint, b: bigint, rule: (x: string, y: string) => boolean): bigint =>
      wordOf([...bits(a)].map((x, at) => (rule(x, bits(b)[at] ?? "") ? "1" : "0")).join(""));
    fc.assert(
      fc.property(anyWord, anyWord, (a, b) => {
        expect(evaluate(`${a} ${b} AND`)).toBe(combine(a, b, (x, y) => x === "1" && y === "1"));
        expect(evaluate(`${a} ${b} OR`)).toBe(combine(a, b, (x, y) => x === "1" || y === "1"));
        expect(evaluate(`${a} ${b} XOR`)).toBe(combine(a, b, (x, y) => x !== y));
        expect(evaluate(`${a} NOT`)).toBe(combine(a, 0n, (x) => x === "0"));
      }),
      { numRuns: 20 },
    );
  });

  it("compare as unsigned and as two's complement", () => {
    fc.assert(
      fc.property(anyWord, anyWord, (a, b) => {
        const [signedA, signedB] = [BigInt.asIntN(256, a), BigInt.asIntN(256, b)];
        expect(evaluate(`${b} ${a} LT`)).toBe(a < b ? 1n : 0n);
        expect(evaluate(`${b} ${a} GT`)).toBe(a > b ? 1n : 0n);
        expect(evaluate(`${b} ${a} SLT`)).toBe(signedA < signedB ? 1n : 0n);
        expect(evaluate(`${b} ${a} SGT`)).toBe(signedA > signedB ? 1n : 0n);
        expect(evaluate(`${b} ${a} EQ`)).toBe(a === b ? 1n : 0n);
        expect(evaluate(`${a} ISZERO`)).toBe(a === 0n ? 1n : 0n);
      }),
      { numRuns: 40 },
    );
  });

  it("BYTE counts from the most significant byte", () => {
    const word = 0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20n;
    for (let index = 0n; index < 32n; index++) {
      expect(evaluate(`${word} ${index} BYTE`)).toBe(index + 1n);
    }
    expect(evaluate(`${word} 32 BYTE`)).toBe(0n);
    expect(evaluate(`${word} ${2n ** 255n} BYTE`)).toBe(0n);
  });

  it("CLZ counts the zeros before the first one", () => {
    expect(evaluate("0 CLZ")).toBe(256n);
    for (let bit = 0; bit < 256; bit++) {
      expect(evaluate(`${1n << BigInt(bit)} CLZ`)).toBe(BigInt(255 - bit));
    }
  });

  it("exist only since the hardfork that brought them", () => {
    expect(runCode("1 1 SHL", { hardfork: "byzantium" }).halt).toBe("invalid_opcode");
    expect(runCode("1 1 SHL", { hardfork: "constantinople" }).halt).toBeUndefined();
    expect(runCode("1 CLZ", { hardfork: "prague" }).halt).toBe("invalid_opcode");
  });
});
