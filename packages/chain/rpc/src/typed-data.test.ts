import { bytesToHex } from "@ghostchain/encoding";
import fc from "fast-check";
import { hashTypedData } from "viem";
import { describe, expect, it } from "vitest";
import { readTypedData, typedDataDigest } from "./typed-data.ts";

const address = "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC" as const;

const mail = {
  types: {
    EIP712Domain: [
      { name: "name", type: "string" },
      { name: "version", type: "string" },
      { name: "chainId", type: "uint256" },
      { name: "verifyingContract", type: "address" },
    ],
    Person: [
      { name: "name", type: "string" },
      { name: "wallet", type: "address" },
    ],
    Mail: [
      { name: "from", type: "Person" },
      { name: "to", type: "Person[]" },
      { name: "contents", type: "string" },
    ],
  },
  primaryType: "Mail",
  domain: { name: "Ether Mail", version: "1", chainId: 1, verifyingContract: address },
  message: {
    from: { name: "Cow", wallet: "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
    to: [{ name: "Bob", wallet: "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" }],
    contents: "Hello, Bob!",
  },
} as const;

/** What viem says; its types want literals that generated data does not have. */
const expectedOf = (value: unknown) => hashTypedData(value as Parameters<typeof hashTypedData>[0]);

const digestOf = (value: unknown) => bytesToHex(typedDataDigest(readTypedData(value)));

describe("typedDataDigest", () => {
  it("hashes structs, arrays of them and text as others do", () => {
    expect(digestOf(mail)).toBe(expectedOf(mail));
    expect(digestOf(JSON.stringify(mail))).toBe(expectedOf(mail));
  });

  it("hashes every kind of value as others do", () => {
    const values = fc.record({
      flag: fc.boolean(),
      small: fc.integer({ min: 0, max: 255 }),
      large: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
      signed: fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
      tag: fc.uint8Array({ minLength: 4, maxLength: 4 }),
      blob: fc.uint8Array({ maxLength: 100 }),
      grid: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 }),
      text: fc.string({ unit: "grapheme" }),
    });
    const types = {
      Sample: [
        { name: "flag", type: "bool" },
        { name: "small", type: "uint8" },
        { name: "large", type: "uint256" },
        { name: "signed", type: "int128" },
        { name: "tag", type: "bytes4" },
        { name: "blob", type: "bytes" },
        { name: "grid", type: "uint256[2][]" },
        { name: "text", type: "string" },
      ],
    };
    fc.assert(
      fc.property(values, (sample) => {
        const message = {
          ...sample,
          large: sample.large.toString(),
          signed: sample.signed.toString(),
          tag: bytesToHex(sample.tag),
          blob: bytesToHex(sample.blob),
        };
        const domain = { name: "x", chainId: 5 };
        const data = { types, primaryType: "Sample" as const, domain, message };
        const theirs = { ...message, large: sample.large, signed: sample.signed };
        const expected = expectedOf({ ...data, message: theirs });
        expect(digestOf(data)).toBe(expected);
      }),
    );
  });

  it("names referred types in alphabetical order, whatever the members' order", () => {
    const data = {
      types: {
        Pair: [
          { name: "left", type: "Zebra" },
          { name: "right", type: "Ape" },
        ],
        Zebra: [{ name: "x", type: "bool" }],
        Ape: [{ name: "x", type: "bool" }],
      },
      primaryType: "Pair",
      domain: {},
      message: { left: { x: true }, right: { x: false } },
    };
    expect(digestOf(data)).toBe(expectedOf(data));
  });

  it("names the member whose value does not fit", () => {
    const wrong = (message: unknown) => () => digestOf({ ...mail, message });
    expect(wrong({ ...mail.message, contents: 5 })).toThrow(/contents: expected a string/);
    expect(wrong({ ...mail.message, from: { name: "x", wallet: "0x1ff" } })).not.toThrow();
    expect(wrong({ ...mail.message, from: { name: "x", wallet: "zz" } })).toThrow(/from\.wallet/);
    expect(wrong({ ...mail.message, to: {} })).toThrow(/to: expected an array of Person/);
    expect(wrong({ from: mail.message.from })).toThrow(/to: expected an array/);
  });

  it("ends on types that contain themselves, and on types named like members of objects", () => {
    const loop = {
      types: { Node: [{ name: "next", type: "Node" }] },
      primaryType: "Node",
      domain: {},
      message: { next: { next: null } },
    };
    expect(digestOf(loop)).toMatch(/^0x[0-9a-f]{64}$/);
    const tricky = { ...loop, primaryType: "__proto__" };
    expect(() => digestOf(tricky)).toThrow(/primaryType/);
    const inherited = { ...loop, types: { Node: [{ name: "toString", type: "string" }] } };
    expect(() => digestOf(inherited)).toThrow(/toString: missing value/);
  });
});
