import { blake3 as nobleBlake3 } from "@noble/hashes/blake3.js";
import { ripemd160 as nobleRipemd160 } from "@noble/hashes/legacy.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { keccak_256 as nobleKeccak } from "@noble/hashes/sha3.js";
import { assert, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { blake3, keccak256, ripemd160, sha256 } from "./hash.ts";

describe.each([
  ["keccak256", keccak256, nobleKeccak],
  ["sha256", sha256, nobleSha256],
  ["blake3", blake3, nobleBlake3],
  ["ripemd160", ripemd160, nobleRipemd160],
] as const)("%s", (_name, ours, noble) => {
  it("equals noble's on any input", () =>
    assert(
      property(uint8Array({ maxLength: 600 }), (input) => {
        expect(ours(input)).toEqual(noble(input));
      }),
    ));

  it("equals noble's around block and buffer sizes", () => {
    for (const size of [0, 1, 55, 56, 63, 64, 135, 136, 137, 1024, 1025, 16384, 16385, 40_000]) {
      const input = new Uint8Array(size).map((_, index) => index % 251);
      expect(ours(input), `${size} bytes`).toEqual(noble(input));
    }
  });

  it("reads a view at its own offset and gives each caller bytes of its own", () => {
    const whole = new Uint8Array([9, 1, 2, 3, 9]);
    const first = ours(whole.subarray(1, 4));
    expect(first).toEqual(noble(new Uint8Array([1, 2, 3])));
    ours(whole);
    expect(first).toEqual(noble(new Uint8Array([1, 2, 3])));
    expect(first.constructor).toBe(Uint8Array);
  });
});
