import { bigIntToFixedBytes, concatBytes, hexToBytes } from "@ghostchain/encoding";
import { secp256k1 as noble } from "@noble/curves/secp256k1.js";
import { assert, bigInt, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDerSignature } from "./der-signature.ts";
import { SECP256K1_ORDER } from "./secp256k1.ts";

const anyScalar = bigInt({ min: 1n, max: SECP256K1_ORDER - 1n });

describe("parseDerSignature", () => {
  it("reads what noble writes", () =>
    assert(
      property(anyScalar, anyScalar, (r, s) => {
        expect(parseDerSignature(new noble.Signature(r, s).toBytes("der"))).toEqual({ r, s });
      }),
    ));

  it("refuses a signature with bytes cut off or added", () => {
    const der = new noble.Signature(1n << 255n, 1n).toBytes("der");
    for (let length = 0; length < der.length; length += 1) {
      expect(() => parseDerSignature(der.subarray(0, length))).toThrow("SIGNATURE_MALFORMED");
    }
    expect(() => parseDerSignature(concatBytes(der, Uint8Array.of(0)))).toThrow(
      "SIGNATURE_MALFORMED",
    );
  });

  it.each([
    ["another tag", "0x3106020101020101"],
    ["another number's tag", "0x3006030101020101"],
    ["an empty number", "0x30050200020101"],
    ["a negative number", "0x3006020181020101"],
    ["a padded number", "0x300702020001020101"],
    ["a length in the long form", "0x308106020101020101"],
    ["a number longer than the rest", "0x3006020501020101"],
  ])("refuses %s", (_name, hex) => {
    expect(() => parseDerSignature(hexToBytes(hex))).toThrow("SIGNATURE_MALFORMED");
  });

  it("reads any bytes or says why not, and one form only for each pair", () =>
    assert(
      property(uint8Array({ maxLength: 12, max: 8 }), (bytes) => {
        const der = concatBytes(Uint8Array.of(0x30, bytes.length), bytes);
        try {
          const { r, s } = parseDerSignature(der);
          expect(der).toEqual(
            concatBytes(Uint8Array.of(0x30, bytes.length), integer(r), integer(s)),
          );
        } catch (error) {
          expect(error).toMatchObject({ code: "SIGNATURE_MALFORMED" });
        }
      }),
      { numRuns: 2000 },
    ));
});

function integer(value: bigint): Uint8Array {
  const sizeBytes = Math.floor(value.toString(2).length / 8) + 1;
  return concatBytes(Uint8Array.of(2, sizeBytes), bigIntToFixedBytes(value, sizeBytes));
}
