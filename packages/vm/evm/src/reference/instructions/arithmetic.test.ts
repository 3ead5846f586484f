import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate, runCode } from "../../../test/run-code.ts";

const MODULUS = 2n ** 256n;
const anyWord = fc.oneof(
  fc.bigInt({ min: 0n, max: MODULUS - 1n }),
  fc.bigInt({ min: 0n, max: 40n }),
  fc.bigInt({ min: MODULUS - 40n, max: MODULUS - 1n }),
  fc.nat(255).map((bit) => 1n << BigInt(bit)),
);

/** What each does, in the plainest words: integers first, then brought back into range. */
const ORACLES: Readonly<Record<string, (...operands: bigint[]) => bigint>> = {
  ADD: (a = 0n, b = 0n) => a + b,
  MUL: (a = 0n, b = 0n) => a * b,
  SUB: (a = 0n, b = 0n) => a - b,
  DIV: (a = 0n, b = 0n) => (b === 0n ? 0n : a / b),
  SDIV: (a = 0n, b = 0n) => (b === 0n ? 0n : signed(a) / signed(b)),
  MOD: (a = 0n, b = 0n) => (b === 0n ? 0n : a - (a / b) * b),
  SMOD: (a = 0n, b = 0n) => (b === 0n ? 0n : sign(signed(a)) * (size(signed(a)) % size(signed(b)))),
  ADDMOD: (a = 0n, b = 0n, n = 0n) => (n === 0n ? 0n : (a + b) % n),
  MULMOD: (a = 0n, b = 0n, n = 0n) => (n === 0n ? 0n : (a * b) % n),
  SIGNEXTEND: (index = 0n, word = 0n) =>
    index > 30n ? word : BigInt.asIntN(8 * (Number(index) + 1), word),
};

describe("arithmetic instructions", () => {
  for (const [name, oracle] of Object.entries(ORACLES)) {
    it(`${name} agrees with integers modulo 2^256`, () => {
      fc.assert(
        fc.property(fc.tuple(anyWord, anyWord, anyWord), (words) => {
          const operands = words.slice(0, name.endsWith("DMOD") || name === "MULMOD" ? 3 : 2);
          const expected = BigInt.asUintN(256, oracle(...operands));
          expect(evaluate(`${operands.toReversed().join(" ")} ${name}`)).toBe(expected);
        }),
        { numRuns: 60 },
      );
    });
  }

  it("EXP multiplies as often as the exponent says", () => {
    const operands = fc.tuple(anyWord, fc.nat(300));
    fc.assert(
      fc.property(operands, ([base, exponent]) => {
        let expected = 1n;
        for (let count = 0; count < exponent; count++) expected = (expected * base) % MODULUS;
        expect(evaluate(`${exponent} ${base} EXP`)).toBe(expected);
      }),
      { numRuns: 30 },
    );
    expect(evaluate(`${MODULUS - 1n} 3 EXP`)).toBe(inverseOf(3n));
  });

  it("EXP charges for each byte of the exponent: 10 gas, and 50 since EIP-160", () => {
    const gasOf = (exponent: bigint, hardfork: "frontier" | "osaka"): bigint =>
      runCode(`${exponent} 2 EXP`, { hardfork }).gasUsed - 6n;
    expect(gasOf(255n, "frontier")).toBe(20n);
    expect(gasOf(256n, "frontier")).toBe(30n);
    expect(gasOf(256n, "osaka")).toBe(110n);
    expect(gasOf(MODULUS - 1n, "osaka")).toBe(1610n);
  });
});

function signed(word: bigint): bigint {
  return BigInt.asIntN(256, word);
}

function sign(value: bigint): bigint {
  return value < 0n ? -1n : 1n;
}

function size(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** Where odd words are multiplied, 2^256 - 1 is as good an exponent as -1: their group's order divides 2^256. */
function inverseOf(odd: bigint): bigint {
  let inverse = 1n;
  for (let bits = 1; bits < 256; bits *= 2) {
    inverse = BigInt.asUintN(256, inverse * (2n - odd * inverse));
  }
  return inverse;
}
