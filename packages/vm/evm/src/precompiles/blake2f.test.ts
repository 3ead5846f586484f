import { bytesToHex, concatBytes, hexToBytes } from "@ghostchain/encoding";
import { blake2b } from "@noble/hashes/blake2.js";
import { assert, nat, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { blake2f } from "./blake2f.ts";

/** The input of vector 5 of EIP-152, which hashes "abc", after the count of rounds. */
const STATE =
  "48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5" +
  "d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b";
const INPUT = hexToBytes(`0x${STATE}616263${"00".repeat(125)}03${"00".repeat(15)}01`);
const withRounds = (rounds: string, input = INPUT) => concatBytes(hexToBytes(`0x${rounds}`), input);

function run(input: Uint8Array): string | undefined {
  const output = blake2f.run(input, "osaka");
  return output && bytesToHex(output).slice(2);
}

describe("blake2f", () => {
  it("passes the vectors of EIP-152", () => {
    expect(run(withRounds("00000000"))).toBe(
      "08c9bcf367e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5" +
        "d282e6ad7f520e511f6c3e2b8c68059b9442be0454267ce079217e1319cde05b",
    );
    expect(run(withRounds("0000000c"))).toBe(
      "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1" +
        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
    );
    expect(run(withRounds("0000000c", INPUT.with(208, 0)))).toBe(
      "75ab69d3190a562c51aef8d88f1c2775876944407270c42c9844252c26d28752" +
        "98743e7f6d5ea2f2d3e8d226039cd31b4e426ac4f2d3d666a610c2116fde4735",
    );
    expect(run(withRounds("00000001"))).toBe(
      "b63a380cb2897d521994a85234ee2c181b5f844d2c624c002677e9703449d2fb" +
        "a551b3a8333bcdf5f2f7e08993d53923de3d64fcc68c034e717b9293fed7a421",
    );
  });

  it("refuses an input of another size or a final flag other than 0 and 1", () => {
    expect(run(new Uint8Array(0))).toBeUndefined();
    expect(run(withRounds("000c"))).toBeUndefined();
    expect(run(withRounds("000000000c"))).toBeUndefined();
    expect(run(withRounds("0000000c", INPUT.with(208, 2)))).toBeUndefined();
  });

  it("costs a unit of gas a round", () => {
    expect(blake2f.gas(withRounds("ffffffff"), "osaka")).toBe(4_294_967_295n);
    expect(blake2f.gas(withRounds("00000000"), "osaka")).toBe(0n);
    expect(blake2f.gas(new Uint8Array(212).fill(255), "osaka")).toBe(0n);
  });

  it("compresses as the hash function does", () =>
    assert(
      property(uint8Array({ maxLength: 128 }), (message) => {
        const block = new Uint8Array(128);
        block.set(message);
        const counter = new Uint8Array(16).with(0, message.length);
        const input = concatBytes(
          hexToBytes(`0x0000000c${STATE}`),
          block,
          counter,
          Uint8Array.of(1),
        );
        expect(blake2f.run(input, "osaka")).toEqual(blake2b(message));
      }),
    ));

  it("does any number of rounds as the text of RFC 7693 does", () =>
    assert(
      property(
        nat({ max: 45 }),
        uint8Array({ minLength: 208, maxLength: 208 }),
        (rounds, bytes) => {
          for (const isFinal of [0, 1]) {
            const input = concatBytes(
              Uint8Array.of(0, 0, 0, rounds),
              bytes,
              Uint8Array.of(isFinal),
            );
            expect(blake2f.run(input, "osaka")).toEqual(
              compressSlowly(rounds, bytes, isFinal === 1),
            );
          }
        },
      ),
      { numRuns: 30 },
    ));
});

const IV = new BigUint64Array([
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
]);

/** The permutations of RFC 7693, a hexadecimal digit a word. */
const SIGMA = [
  "0123456789abcdef",
  "ea489fd61c02b753",
  "b8c052fdae367194",
  "7931dcbe265a40f8",
  "905724afe1bc683d",
  "2c6a0b834d75fe19",
  "c51fed4a0763928b",
  "db7ec13950f4862a",
  "6fe9b308c2d714a5",
  "a2847615fb9e3cd0",
];

function compressSlowly(rounds: number, bytes: Uint8Array, isFinal: boolean): Uint8Array {
  const words = new BigUint64Array(bytes.slice().buffer);
  const state = words.slice(0, 8);
  const v = new BigUint64Array([...state, ...IV]);
  const mix = (target: number, value: bigint) => {
    v[target] = value;
  };
  const at = (index: number) => v[index] ?? 0n;
  mix(12, at(12) ^ (words[24] ?? 0n));
  mix(13, at(13) ^ (words[25] ?? 0n));
  if (isFinal) mix(14, ~at(14));
  for (let round = 0; round < rounds; round += 1) {
    const order = [...(SIGMA[round % 10] ?? "")].map(
      (digit) => words[8 + Number.parseInt(digit, 16)],
    );
    ["048c", "159d", "26ae", "37bf", "05af", "16bc", "278d", "349e"].forEach((columns, index) => {
      const [a = 0, b = 0, c = 0, d = 0] = [...columns].map((digit) => Number.parseInt(digit, 16));
      for (const [half, [byD, byB]] of [[32n, 24n] as const, [16n, 63n] as const].entries()) {
        mix(a, at(a) + at(b) + (order[2 * index + half] ?? 0n));
        mix(d, rotate(at(d) ^ at(a), byD));
        mix(c, at(c) + at(d));
        mix(b, rotate(at(b) ^ at(c), byB));
      }
    });
  }
  const result = state.map((word, index) => word ^ at(index) ^ at(index + 8));
  return new Uint8Array(result.buffer);
}

function rotate(word: bigint, by: bigint): bigint {
  return BigInt.asUintN(64, (word >> by) | (word << (64n - by)));
}
