import { bigIntToFixedBytes, bytesToBigInt, concatBytes, hexToBytes } from "@ghostchain/encoding";
import { assert, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { modexp } from "./modexp.ts";

const word = (value: bigint) => bigIntToFixedBytes(value, 32);
const MAX_WORD = (1n << 256n) - 1n;

type Sizes = readonly [base: bigint, exponent: bigint, modulus: bigint];

/** An input with the sizes said to be these, whatever numbers follow. */
function claiming(base: bigint, exponent: bigint, modulus: bigint, ...numbers: Uint8Array[]) {
  return concatBytes(word(base), word(exponent), word(modulus), ...numbers);
}

function inputOf(base: Uint8Array, exponent: Uint8Array, modulus: Uint8Array): Uint8Array {
  const [b, e, m] = [base, exponent, modulus].map(({ length }) => BigInt(length));
  return claiming(b ?? 0n, e ?? 0n, m ?? 0n, base, exponent, modulus);
}

describe("modexp", () => {
  it("raises as repeated multiplication does", () =>
    assert(
      property(
        uint8Array({ maxLength: 40 }),
        uint8Array({ maxLength: 2 }),
        uint8Array({ maxLength: 40 }),
        (base, exponent, modulus) => {
          const m = bytesToBigInt(modulus);
          let power = m === 0n ? 0n : 1n % m;
          const b = bytesToBigInt(base);
          for (let n = bytesToBigInt(exponent); n > 0n && m > 0n; n -= 1n) power = (power * b) % m;
          const output = modexp.run(inputOf(base, exponent, modulus), "osaka");
          const size = modulus.length;
          expect(output).toEqual(size === 0 ? modulus : bigIntToFixedBytes(power, size));
        },
      ),
      { numRuns: 40 },
    ));

  it("does the examples of EIP-198", () => {
    const exponent = hexToBytes(
      "0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2e",
    );
    const modulus = hexToBytes(
      "0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
    );
    const fermat = inputOf(new Uint8Array([3]), exponent, modulus);
    expect(modexp.run(fermat, "byzantium")).toEqual(word(1n));
    expect(modexp.gas(fermat, "byzantium")).toBe(13_056n);
    expect(modexp.run(inputOf(new Uint8Array(0), exponent, modulus), "byzantium")).toEqual(
      word(0n),
    );
    const truncated = claiming(1n, 2n, 32n, hexToBytes("0x03ffff80"));
    const whole = claiming(1n, 2n, 32n, hexToBytes(`0x03ffff80${"00".repeat(31)}07`));
    expect(modexp.run(truncated, "byzantium")).toEqual(modexp.run(whole, "byzantium"));
  });

  it("has an output of the modulus's size, zeros for a modulus of 0 and 1", () => {
    const run = (modulus: number[]) =>
      modexp.run(
        inputOf(new Uint8Array([7]), new Uint8Array([0]), new Uint8Array(modulus)),
        "osaka",
      );
    expect(run([])).toEqual(new Uint8Array(0));
    expect(run([0, 0])).toEqual(new Uint8Array(2));
    expect(run([0, 1])).toEqual(new Uint8Array(2));
    expect(run([0, 2])).toEqual(new Uint8Array([0, 1]));
    expect(modexp.run(new Uint8Array(0), "osaka")).toEqual(new Uint8Array(0));
  });

  it("reads zeros beyond the end of its input", () => {
    const tenth = claiming(1n, 3n, 1n, new Uint8Array([2, 1]));
    expect(modexp.run(tenth, "osaka")).toEqual(new Uint8Array(1));
    const power = claiming(1n, 3n, 0n, new Uint8Array([2, 1]));
    expect(modexp.run(power, "osaka")).toEqual(new Uint8Array(0));
  });
});

describe("the gas of modexp", () => {
  /** From the tables of EIP-2565 and EIP-7883: numbers of 64 to 1024 bytes, squared and to 0x10001. */
  it.each([
    [64, "02", 204n, 200n, 500n],
    [64, "010001", 3276n, 341n, 2048n],
    [128, "02", 665n, 200n, 512n],
    [128, "010001", 10_649n, 1365n, 8192n],
    [256, "02", 1894n, 341n, 2048n],
    [256, "010001", 30_310n, 5461n, 32_768n],
    [512, "02", 5580n, 1365n, 8192n],
    [512, "010001", 89_292n, 21_845n, 131_072n],
    [1024, "02", 17_868n, 5461n, 32_768n],
    [1024, "010001", 285_900n, 87_381n, 524_288n],
  ])(
    "is as published for %s bytes to the 0x%s",
    (sizeBytes, exponent, byzantium, berlin, osaka) => {
      const number = new Uint8Array(sizeBytes).fill(0xc5);
      const input = inputOf(number, hexToBytes(`0x${exponent}`), number);
      expect(modexp.gas(input, "byzantium")).toBe(byzantium);
      expect(modexp.gas(input, "istanbul")).toBe(byzantium);
      expect(modexp.gas(input, "berlin")).toBe(berlin);
      expect(modexp.gas(input, "prague")).toBe(berlin);
      expect(modexp.gas(input, "osaka")).toBe(osaka);
    },
  );

  it("weighs an exponent beyond 32 bytes by its first 32 and its size", () => {
    const exponent = new Uint8Array(40).fill(1, 31, 32); // the first 32 bytes are the number 1
    const input = inputOf(new Uint8Array(8), exponent, new Uint8Array(8));
    expect(modexp.gas(input, "byzantium")).toBe((64n * 64n) / 20n);
    expect(modexp.gas(input, "berlin")).toBe(200n);
    expect(modexp.gas(input, "osaka")).toBe(16n * 16n * 8n);
  });

  it("is beyond any block for absurd sizes, which do no work", () => {
    for (const hardfork of ["byzantium", "berlin"] as const) {
      const absurd: Sizes[] = [
        [MAX_WORD, 1n, 1n],
        [1n, MAX_WORD, 1n],
        [1n, 1n, MAX_WORD],
        [0n, MAX_WORD, 1n],
        [MAX_WORD, MAX_WORD, MAX_WORD],
      ];
      for (const sizes of absurd) {
        expect(modexp.gas(claiming(...sizes), hardfork)).toBeGreaterThan(1n << 64n);
        expect(modexp.run(claiming(...sizes), hardfork)).toBeUndefined();
      }
    }
  });

  it("asks little for an empty power, however large its exponent says it is, until Osaka", () => {
    const input = claiming(0n, 1n << 255n, 0n);
    expect(modexp.gas(input, "byzantium")).toBe(0n);
    expect(modexp.gas(input, "berlin")).toBe(200n);
    for (const hardfork of ["byzantium", "berlin"] as const) {
      expect(modexp.run(input, hardfork)).toEqual(new Uint8Array(0));
    }
  });

  it("fails beyond 1024 bytes since Osaka, whichever number it is", () => {
    const tooLarge: Sizes[] = [
      [1025n, 1n, 1n],
      [1n, 1025n, 1n],
      [1n, 1n, 1025n],
      [0n, MAX_WORD, 0n],
    ];
    for (const sizes of tooLarge) {
      expect(modexp.run(claiming(...sizes), "osaka")).toBeUndefined();
    }
    expect(modexp.run(claiming(1024n, 1024n, 1024n), "osaka")).toEqual(new Uint8Array(1024));
    expect(modexp.run(claiming(1025n, 1n, 1n), "prague")).toEqual(new Uint8Array(1));
  });
});
