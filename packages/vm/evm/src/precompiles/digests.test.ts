import { bytesToHex } from "@ghostchain/encoding";
import { describe, expect, it } from "vitest";
import { ripemd160Digest, sha256Digest } from "./digests.ts";
import { identity } from "./identity.ts";

const EMPTY = new Uint8Array(0);
const ABC = new TextEncoder().encode("abc");

describe("the digest precompiles and identity", () => {
  it("give the published digests", () => {
    const hex = (output: Uint8Array | undefined) => output && bytesToHex(output);
    expect(hex(sha256Digest.run(EMPTY, "osaka"))).toBe(
      "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    expect(hex(ripemd160Digest.run(EMPTY, "osaka"))).toBe(
      "0x0000000000000000000000009c1185a5c5e9fc54612808977ee8f548b2258d31",
    );
    expect(hex(ripemd160Digest.run(ABC, "osaka"))).toBe(
      "0x0000000000000000000000008eb208f7e05d987a9b044a8e98c6b087f15a0bfc",
    );
    expect(identity.run(ABC, "osaka")).toEqual(ABC);
  });

  it("cost by the word, a started one being a whole one", () => {
    const gasOf = (sizeBytes: number) =>
      [sha256Digest, ripemd160Digest, identity].map(({ gas }) =>
        gas(new Uint8Array(sizeBytes), "osaka"),
      );
    expect(gasOf(0)).toEqual([60n, 600n, 15n]);
    expect(gasOf(1)).toEqual([72n, 720n, 18n]);
    expect(gasOf(32)).toEqual([72n, 720n, 18n]);
    expect(gasOf(33)).toEqual([84n, 840n, 21n]);
  });
});
