import { encodeRlp, hexToBytes } from "@ghostchain/encoding";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../protocol-error.ts";
import { decodeTransaction, transactionOfItem } from "./decode-transaction.ts";
import { encodeTransaction } from "./encode-transaction.ts";
import { anySignature, anyUnsigned } from "./transaction-fixture.ts";

const encoded = fc
  .tuple(anyUnsigned, anySignature)
  .map(([unsigned, signature]) => encodeTransaction({ ...unsigned, signature }));

describe("decodeTransaction", () => {
  it("takes back what encodeTransaction wrote, of every type", () => {
    fc.assert(
      fc.property(anyUnsigned, anySignature, (unsigned, signature) => {
        const transaction = { ...unsigned, signature };
        expect(decodeTransaction(encodeTransaction(transaction))).toEqual(transaction);
      }),
    );
  });

  it("either refuses damaged bytes with a code or reads the one transaction they encode", () => {
    fc.assert(
      fc.property(encoded, fc.nat(), fc.nat(255), (bytes, position, byte) => {
        const damaged = bytes.slice();
        damaged[position % damaged.length] = byte;
        try {
          expect(encodeTransaction(decodeTransaction(damaged))).toEqual(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("names the field that is malformed", () => {
    const one = Uint8Array.of(1);
    const fields = [one, one, one, new Uint8Array(19), one, one, one, one, one];
    expect(() => decodeTransaction(encodeRlp(fields))).toThrowError(
      expect.objectContaining({
        fault: { code: "TRANSACTION_MALFORMED", field: "to", reason: expect.any(String) },
      }),
    );
  });

  it.each(["0x", "0x00", "0x05c0", "0x7f", "0xc0", "0x02"])("refuses %s", (text) => {
    expect(() => decodeTransaction(hexToBytes(text))).toThrowError(ProtocolError);
  });

  it("refuses a legacy transaction that a block wraps in a string", () => {
    const legacy = encodeRlp([]);
    expect(() => transactionOfItem(legacy)).toThrowError(/legacy transaction inside a string/);
  });
});
