import { bigIntToFixedBytes, concatBytes } from "@ghostchain/encoding";
import { addressOfWord, type Hash, type Log } from "@ghostchain/evm";
import { describe, expect, it } from "vitest";
import { depositRequest } from "./deposit-requests.ts";

const CONTRACT = addressOfWord(0xdeb0n);
const EVENT = "0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5" as Hash;
const FIELDS = [48, 32, 8, 96, 8].map((size, index) => new Uint8Array(size).fill(index + 1));
const DATA = abiEncoded(FIELDS);
const DEPOSIT: Log = { address: CONTRACT, topics: [EVENT], data: DATA };

describe("depositRequest", () => {
  it("puts the fields of every deposit one after another", () => {
    const other = { ...DEPOSIT, address: addressOfWord(1n) };
    const silent = { ...DEPOSIT, topics: [] };
    const expected = concatBytes(Uint8Array.of(0), ...FIELDS, ...FIELDS);
    expect(depositRequest([DEPOSIT, other, silent, DEPOSIT], CONTRACT)).toEqual(expected);
  });

  it("is none where nobody deposits", () => {
    expect(depositRequest([], CONTRACT)).toBeUndefined();
  });

  it.each([0, 31, 160, 191])("refuses an event with another layout (byte %d)", (at) => {
    const data = DATA.slice();
    data[at] = 9;
    expect(() => depositRequest([{ ...DEPOSIT, data }], CONTRACT)).toThrowError(
      expect.objectContaining({ code: "DEPOSIT_MALFORMED" }),
    );
  });

  it("refuses an event of another length", () => {
    const data = DATA.subarray(1);
    expect(() => depositRequest([{ ...DEPOSIT, data }], CONTRACT)).toThrowError(
      /DEPOSIT_MALFORMED/,
    );
  });
});

function abiEncoded(fields: readonly Uint8Array[]): Uint8Array {
  const padded = fields.map((field) => {
    const words = new Uint8Array(Math.ceil(field.length / 32) * 32);
    words.set(field);
    return concatBytes(bigIntToFixedBytes(BigInt(field.length), 32), words);
  });
  let offset = 32 * fields.length;
  const heads = padded.map((part) => {
    const head = bigIntToFixedBytes(BigInt(offset), 32);
    offset += part.length;
    return head;
  });
  return concatBytes(...heads, ...padded);
}
