import { bigIntToFixedBytes, concatBytes, hexToBytes } from "@ghostchain/encoding";
import { secp256k1 as noble } from "@noble/curves/secp256k1.js";
import { assert, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { CryptoError } from "./crypto-error.ts";
import {
  generatePrivateKey,
  isLowS,
  isPrivateKey,
  parsePublicKey,
  publicKeyOf,
  recoverPublicKey,
  SECP256K1_ORDER,
  signDigest,
  toLowS,
  verifyDigest,
} from "./secp256k1.ts";

const anyDigest = uint8Array({ minLength: 32, maxLength: 32 });
const anyKey = uint8Array({ minLength: 32, maxLength: 32 }).filter(isPrivateKey);

const KEY = hexToBytes("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
const DIGEST = new Uint8Array(32).fill(7);

describe("secp256k1 signatures", () => {
  it("signs as noble does", () =>
    assert(
      property(anyDigest, anyKey, (digest, key) => {
        const { r, s, yParity } = signDigest(digest, key);
        const bytes = noble.sign(digest, key, { prehash: false, format: "recovered" });
        const theirs = noble.Signature.fromBytes(bytes, "recovered");
        expect({ r, s, yParity }).toEqual({ r: theirs.r, s: theirs.s, yParity: theirs.recovery });
        expect(isLowS(s)).toBe(true);
      }),
    ));

  it("makes the nonce of a digest beyond the order as RFC 6979 says", () => {
    for (const value of [SECP256K1_ORDER, SECP256K1_ORDER + 1n, (1n << 256n) - 1n]) {
      const digest = bigIntToFixedBytes(value, 32);
      const { r, s } = signDigest(digest, KEY);
      const theirs = noble.Signature.fromBytes(noble.sign(digest, KEY, { prehash: false }));
      expect({ r, s }).toEqual({ r: theirs.r, s: theirs.s });
      expect(verifyDigest(digest, { r, s }, publicKeyOf(KEY))).toBe(true);
    }
  });

  it("verifies and recovers what it signed, and nothing else", () =>
    assert(
      property(anyDigest, anyKey, (digest, key) => {
        const publicKey = publicKeyOf(key);
        const signature = signDigest(digest, key);
        expect(publicKey).toEqual(noble.getPublicKey(key, false).subarray(1));
        expect(verifyDigest(digest, signature, publicKey)).toBe(true);
        expect(recoverPublicKey(digest, signature)).toEqual(publicKey);

        const other = digest.with(0, (digest[0] ?? 0) ^ 1);
        expect(verifyDigest(other, signature, publicKey)).toBe(false);
        expect(recoverPublicKey(other, signature)).not.toEqual(publicKey);
      }),
      { numRuns: 50 },
    ));

  it("recovers as noble does from any r and s, valid or not", () =>
    assert(
      property(anyDigest, anyDigest, anyDigest, (digest, rBytes, sBytes) => {
        const signature = { r: wordOf(rBytes), s: wordOf(sBytes), yParity: 1 } as const;
        expect(recoverPublicKey(digest, signature)).toEqual(recoverWithNoble(digest, signature));
      }),
      { numRuns: 50 },
    ));

  it("recovers from an s in the upper half but does not verify it", () => {
    const low = signDigest(DIGEST, KEY);
    const high = {
      ...low,
      s: SECP256K1_ORDER - low.s,
      yParity: low.yParity === 0 ? 1 : 0,
    } as const;
    expect(isLowS(high.s)).toBe(false);
    expect(recoverPublicKey(DIGEST, high)).toEqual(publicKeyOf(KEY));
    expect(verifyDigest(DIGEST, high, publicKeyOf(KEY))).toBe(false);
    expect(verifyDigest(DIGEST, toLowS(high), publicKeyOf(KEY))).toBe(true);
  });

  it.each([0n, SECP256K1_ORDER, 1n << 256n, -1n])(
    "takes r or s of %s for no signature",
    (value) => {
      const { r, s, yParity } = signDigest(DIGEST, KEY);
      expect(recoverPublicKey(DIGEST, { r: value, s, yParity })).toBeUndefined();
      expect(recoverPublicKey(DIGEST, { r, s: value, yParity })).toBeUndefined();
      expect(verifyDigest(DIGEST, { r: value, s }, publicKeyOf(KEY))).toBe(false);
      expect(verifyDigest(DIGEST, { r, s: value }, publicKeyOf(KEY))).toBe(false);
    },
  );
});

describe("secp256k1 keys", () => {
  it("knows the limits of a private key", () => {
    const bytes = (value: bigint) => bigIntToFixedBytes(value, 32);
    expect(isPrivateKey(bytes(0n))).toBe(false);
    expect(isPrivateKey(bytes(1n))).toBe(true);
    expect(isPrivateKey(bytes(SECP256K1_ORDER - 1n))).toBe(true);
    expect(isPrivateKey(bytes(SECP256K1_ORDER))).toBe(false);
    expect(isPrivateKey(new Uint8Array(31).fill(1))).toBe(false);
    expect(isPrivateKey(generatePrivateKey())).toBe(true);
    expect(generatePrivateKey()).not.toEqual(generatePrivateKey());
  });

  it("reads public keys in both SEC 1 forms, and no hybrid ones", () => {
    const publicKey = publicKeyOf(KEY);
    expect(parsePublicKey(noble.getPublicKey(KEY, true))).toEqual(publicKey);
    expect(parsePublicKey(concatBytes(new Uint8Array([4]), publicKey))).toEqual(publicKey);
    const hybrid = concatBytes(new Uint8Array([6 + ((publicKey[63] ?? 0) & 1)]), publicKey);
    expect(() => parsePublicKey(hybrid)).toThrow("PUBLIC_KEY_INVALID");
    expect(() => parsePublicKey(new Uint8Array(33))).toThrow("PUBLIC_KEY_INVALID");
    expect(() => parsePublicKey(publicKey)).toThrow("PUBLIC_KEY_INVALID");
  });

  it("names what is wrong with its input and keeps keys out of the error", () => {
    const short = new Uint8Array(31).fill(0xaa);
    const signature = signDigest(DIGEST, KEY);
    expect(() => signDigest(short, KEY)).toThrow("DIGEST_SIZE");
    expect(() => recoverPublicKey(short, signature)).toThrow("DIGEST_SIZE");
    expect(() => verifyDigest(short, signature, publicKeyOf(KEY))).toThrow("DIGEST_SIZE");
    expect(() => verifyDigest(DIGEST, signature, new Uint8Array(64))).toThrow("PUBLIC_KEY_INVALID");
    expect(() => publicKeyOf(short)).toThrow("PRIVATE_KEY_INVALID");
    try {
      signDigest(DIGEST, short);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(CryptoError);
      expect(String(error)).not.toContain("aaaa");
      expect(String(error)).not.toContain("170");
    }
  });
});

function wordOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function recoverWithNoble(
  digest: Uint8Array,
  { r, s, yParity }: { r: bigint; s: bigint; yParity: number },
): Uint8Array | undefined {
  try {
    const signature = new noble.Signature(r, s).addRecoveryBit(yParity);
    return signature.recoverPublicKey(digest).toBytes(false).subarray(1);
  } catch {
    return undefined;
  }
}
