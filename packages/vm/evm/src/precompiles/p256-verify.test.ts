import { generateKeyPairSync, sign } from "node:crypto";
import { sha256 } from "@ghostchain/crypto";
import { bigIntToFixedBytes, bytesToBigInt, concatBytes, hexToBytes } from "@ghostchain/encoding";
import { describe, expect, it } from "vitest";
import { p256Verify } from "./p256-verify.ts";

/** From the vectors of EIP-7951's reference. */
const GOOD = hexToBytes(
  "0x4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4d" +
    "a73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac" +
    "36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d60" +
    "4aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff3" +
    "7618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e",
);
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const FIELD = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const TRUE_WORD = new Uint8Array(32).with(31, 1);
const NOTHING = new Uint8Array(0);
const run = (input: Uint8Array) => p256Verify.run(input, "osaka");

/** `GOOD` with the word at `index` replaced: digest, r, s, x, y. */
function withWord(index: number, value: bigint): Uint8Array {
  const word = bigIntToFixedBytes(value, 32);
  return concatBytes(GOOD.subarray(0, 32 * index), word, GOOD.subarray(32 * index + 32));
}

describe("p256Verify", () => {
  it("accepts a good signature, also the mirrored one", () => {
    expect(run(GOOD)).toEqual(TRUE_WORD);
    expect(run(withWord(2, ORDER - bytesToBigInt(GOOD.subarray(64, 96))))).toEqual(TRUE_WORD);
    expect(p256Verify.gas(NOTHING, "osaka")).toBe(6900n);
  });

  it("accepts what OpenSSL signs, and nothing with a bit changed", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const message = new TextEncoder().encode("message");
    const signature = sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" });
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    const point = [x, y].map((text) => new Uint8Array(Buffer.from(text, "base64url")));
    const input = concatBytes(sha256(message), new Uint8Array(signature), ...point);
    expect(run(input)).toEqual(TRUE_WORD);
    for (let byte = 0; byte < 160; byte += 7) {
      expect(run(input.with(byte, (input[byte] ?? 0) ^ 4)), `byte ${byte}`).toEqual(NOTHING);
    }
  });

  it("has no output for numbers out of range, no point, or another size", () => {
    for (const bad of [0n, ORDER, ORDER + 1n]) {
      expect(run(withWord(1, bad))).toEqual(NOTHING);
      expect(run(withWord(2, bad))).toEqual(NOTHING);
    }
    expect(run(withWord(3, FIELD))).toEqual(NOTHING);
    expect(run(withWord(4, FIELD))).toEqual(NOTHING);
    expect(run(withWord(4, 1n))).toEqual(NOTHING);
    expect(run(concatBytes(GOOD.subarray(0, 96), new Uint8Array(64)))).toEqual(NOTHING);
    expect(run(GOOD.subarray(0, 159))).toEqual(NOTHING);
    expect(run(concatBytes(GOOD, new Uint8Array(1)))).toEqual(NOTHING);
    expect(run(NOTHING)).toEqual(NOTHING);
  });
});
