import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bigIntToBytes } from "./bytes.ts";
import { EncodingError } from "./encoding-error.ts";
import { bytesToHex, hexToBytes } from "./hex.ts";
import { decodeRlp, encodeRlp, type RlpItem, splitRlp } from "./rlp.ts";

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 3 }),
  fc.uint8Array({ minLength: 54, maxLength: 57 }),
  fc.uint8Array({ minLength: 254, maxLength: 258 }),
);
const items = fc.letrec<{ item: RlpItem }>((tie) => ({
  item: fc.oneof({ depthSize: "small" }, bytes, fc.array(tie("item"), { maxLength: 6 })),
})).item;

describe("encodeRlp", () => {
  it("writes the examples of the yellow paper's readers", () => {
    const text = (value: string) => new TextEncoder().encode(value);
    expect(bytesToHex(encodeRlp(text("dog")))).toBe("0x83646f67");
    expect(bytesToHex(encodeRlp([text("cat"), text("dog")]))).toBe("0xc88363617483646f67");
    expect(bytesToHex(encodeRlp([[], [[]], [[], [[]]]]))).toBe("0xc7c0c1c0c3c0c1c0");
    expect(bytesToHex(encodeRlp(new Uint8Array(1024)).subarray(0, 3))).toBe("0xb90400");
  });

  it("writes lengths of three bytes", () => {
    const encoded = encodeRlp([new Uint8Array(70_000)]);
    expect(bytesToHex(encoded.subarray(0, 8))).toBe("0xfa011174ba011170");
    expect(decodeRlp(encoded)).toEqual([new Uint8Array(70_000)]);
  });
});

describe("decodeRlp", () => {
  it("takes back what encodeRlp wrote", () => {
    fc.assert(
      fc.property(items, (item) => {
        expect(decodeRlp(encodeRlp(item))).toEqual(item);
      }),
    );
  });

  it("refuses whatever is not the one canonical form", () => {
    const encoded = fc.oneof(fc.uint8Array({ maxLength: 70 }), items.map(encodeRlp));
    const mutated = fc.tuple(encoded, fc.nat(), fc.nat(255)).map(([from, position, byte]) => {
      const copy = from.slice();
      if (copy.length > 0) copy[position % copy.length] = byte;
      return copy;
    });
    fc.assert(
      fc.property(mutated, (input) => {
        const item = decodeOrFault(input);
        if (item !== undefined) expect(encodeRlp(item)).toEqual(input);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ["0x", 0],
    ["0x8100", 0],
    ["0xb800", 0],
    ["0xb90000", 0],
    ["0xc28100", 1],
    ["0xc180c0", 2],
    ["0xbf0f000000000000021111", 0],
  ])("names the offset where %s goes wrong", (text, offset) => {
    expect(() => decodeRlp(hexToBytes(text))).toThrowError(
      expect.objectContaining({
        code: "RLP_MALFORMED",
        fault: expect.objectContaining({ offset }),
      }),
    );
  });

  it("refuses lists nested without end instead of overflowing the stack", () => {
    let nested: Uint8Array = encodeRlp([]);
    for (let depth = 0; depth < 5000; depth++) nested = wrapInList(nested);
    expect(() => decodeRlp(nested)).toThrowError(/nested deeper than 1024/);
  });

  it("gives plain views, whatever kind of bytes came in", () => {
    const item = decodeRlp(Buffer.from("83646f67", "hex"));
    expect(Object.getPrototypeOf(item)).toBe(Uint8Array.prototype);
  });
});

describe("splitRlp", () => {
  it("cuts a run of encodings at their borders", () => {
    fc.assert(
      fc.property(fc.array(items, { maxLength: 5 }), (list) => {
        const run = Buffer.concat(list.map(encodeRlp));
        expect([...splitRlp(run)].map(decodeRlp)).toEqual(list);
      }),
    );
  });

  it("refuses an item that is cut short", () => {
    expect(() => [...splitRlp(hexToBytes("0x8083646f"))]).toThrowError(EncodingError);
  });
});

function decodeOrFault(input: Uint8Array): RlpItem | undefined {
  try {
    return decodeRlp(input);
  } catch (error) {
    expect(error).toBeInstanceOf(EncodingError);
    return undefined;
  }
}

function wrapInList(payload: Uint8Array): Uint8Array {
  if (payload.length <= 55) return Buffer.from([0xc0 + payload.length, ...payload]);
  const size = bigIntToBytes(BigInt(payload.length));
  return Buffer.concat([Uint8Array.of(0xf7 + size.length), size, payload]);
}
