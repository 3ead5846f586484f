import { generatePrivateKey, keccak256, publicKeyOf, signDigest } from "@ghostchain/crypto";
import { bigIntToFixedBytes, bytesToHex, concatBytes, hexToBytes } from "@ghostchain/encoding";
import { describe, expect, it } from "vitest";
import { ecrecover } from "./ecrecover.ts";

const GOOD = hexToBytes(
  "0x18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c" +
    "000000000000000000000000000000000000000000000000000000000000001c" +
    "73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f" +
    "eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549",
);
const SIGNER = "0x000000000000000000000000a94f5374fce5edbc8e2a8697c15331677e6ebf0b";
const run = (input: Uint8Array) => bytesToHex(ecrecover.run(input, "osaka") ?? new Uint8Array(1));

describe("ecrecover", () => {
  it("recovers a signer, also where s is in the upper half", () => {
    expect(run(GOOD)).toBe(SIGNER);
    expect(ecrecover.gas(GOOD, "osaka")).toBe(3000n);
  });

  it("ignores what follows, and takes what is missing for zeros", () => {
    expect(run(concatBytes(GOOD, new Uint8Array(50).fill(1)))).toBe(SIGNER);
    expect(run(GOOD.subarray(0, 127))).not.toBe(SIGNER);
    expect(run(new Uint8Array(0))).toBe("0x");
  });

  it("has no output for a v other than 27 and 28, or numbers out of range", () => {
    for (const v of [0, 1, 26, 29]) expect(run(GOOD.with(63, v))).toBe("0x");
    expect(run(GOOD.with(32, 1))).toBe("0x");
    const high = new Uint8Array(32).fill(255);
    expect(run(concatBytes(GOOD.subarray(0, 64), high, GOOD.subarray(96)))).toBe("0x");
    expect(run(concatBytes(GOOD.subarray(0, 96), high))).toBe("0x");
  });

  it("agrees with the keys it knows", () => {
    const key = generatePrivateKey();
    const digest = keccak256(key);
    const { r, s, yParity } = signDigest(digest, key);
    const words = [BigInt(27 + yParity), r, s].map((value) => bigIntToFixedBytes(value, 32));
    const address = keccak256(publicKeyOf(key)).subarray(12);
    expect(run(concatBytes(digest, ...words))).toBe(
      `0x${"0".repeat(24)}${bytesToHex(address).slice(2)}`,
    );
  });
});
