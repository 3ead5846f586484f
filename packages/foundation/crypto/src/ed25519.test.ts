import { ed25519 as noble } from "@noble/curves/ed25519.js";
import { assert, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ed25519PublicKeyOf,
  generateEd25519KeyPair,
  signEd25519,
  verifyEd25519,
} from "./ed25519.ts";

const anySeed = uint8Array({ minLength: 32, maxLength: 32 });

describe("ed25519", () => {
  it("derives keys and signs as noble does", () =>
    assert(
      property(uint8Array(), anySeed, (message, seed) => {
        const signature = signEd25519(message, seed);
        expect(ed25519PublicKeyOf(seed)).toEqual(noble.getPublicKey(seed));
        expect(signature).toEqual(noble.sign(message, seed));
        expect(verifyEd25519(message, signature, noble.getPublicKey(seed))).toBe(true);
      }),
      { numRuns: 50 },
    ));

  it("refuses a signature with any bit changed", () => {
    const { privateKey, publicKey } = generateEd25519KeyPair();
    const message = new Uint8Array([1, 2, 3]);
    const signature = signEd25519(message, privateKey);
    for (let bit = 0; bit < 512; bit += 1) {
      const byte = bit >> 3;
      const changed = signature.with(byte, (signature[byte] ?? 0) ^ (1 << (bit & 7)));
      expect(verifyEd25519(message, changed, publicKey), `bit ${bit}`).toBe(false);
    }
    expect(verifyEd25519(message, signature.subarray(0, 63), publicKey)).toBe(false);
    expect(verifyEd25519(message.with(0, 9), signature, publicKey)).toBe(false);
  });

  it("names a key of the wrong size", () => {
    const short = new Uint8Array(31);
    expect(() => signEd25519(short, short)).toThrow("PRIVATE_KEY_INVALID");
    expect(() => ed25519PublicKeyOf(short)).toThrow("PRIVATE_KEY_INVALID");
    expect(() => verifyEd25519(short, new Uint8Array(64), short)).toThrow("PUBLIC_KEY_INVALID");
  });
});
