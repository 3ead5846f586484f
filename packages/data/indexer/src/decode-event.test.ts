import fc from "fast-check";
import {
  type AbiEvent,
  decodeEventLog,
  encodeAbiParameters,
  type Hex,
  keccak256,
  toEventSelector,
  toHex,
} from "viem";
import { describe, expect, it } from "vitest";
import { eventDecoder } from "./decode-event.ts";

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((b) => toHex(b));

/** Every kind of argument an event can have, with values of it. */
const KINDS: Record<string, fc.Arbitrary<unknown>> = {
  uint256: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
  int128: fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
  uint8: fc.integer({ min: 0, max: 255 }),
  address: bytes(20),
  bool: fc.boolean(),
  bytes32: bytes(32),
  bytes4: bytes(4),
  string: fc.string({ unit: "grapheme" }),
  bytes: fc.uint8Array({ maxLength: 70 }).map((b) => toHex(b)),
  "uint16[]": fc.array(fc.integer({ min: 0, max: 65_535 }), { maxLength: 4 }),
};

const argument = fc
  .record({ type: fc.constantFrom(...Object.keys(KINDS)), indexed: fc.boolean() })
  .chain(({ type, indexed }) =>
    fc.record({
      type: fc.constant(type),
      indexed: fc.constant(indexed),
      value: KINDS[type] ?? fc.nat(),
    }),
  );

describe("eventDecoder", () => {
  it("gives what viem gives, for events of every shape", () => {
    const shape = fc.record({
      args: fc.array(argument, { minLength: 1, maxLength: 6 }),
      named: fc.boolean(),
    });
    fc.assert(
      fc.property(shape, ({ args, named }) => {
        const indexed = args.filter((arg) => arg.indexed);
        fc.pre(indexed.length <= 3);
        const event: AbiEvent = {
          type: "event",
          name: "Any",
          inputs: args.map((arg, i) => ({ ...arg, name: named ? `arg${i}` : "" })),
        };
        const topics = indexed.map(({ type, value }): Hex => {
          const word = encodeAbiParameters([{ type }], [value] as never);
          return word.length === 66 && !type.endsWith("]") ? word : keccak256(word);
        });
        const plain = args.filter((arg) => !arg.indexed);
        const data = encodeAbiParameters(
          plain.map(({ type }) => ({ type })),
          plain.map(({ value }) => value) as never,
        );
        const log = { topics: [toEventSelector(event), ...topics] as [Hex, ...Hex[]], data };
        expect(eventDecoder(event)(log)).toEqual(decodeEventLog({ abi: [event], ...log }).args);
      }),
      { numRuns: 300 },
    );
  });

  it("judges words that no encoder writes as viem does", () => {
    const word = fc.oneof(
      bytes(32),
      fc
        .constantFrom("0", "1", "2", "7f", "ff", "80", "ffffffffffff", "1000000000000")
        .map((digits): Hex => `0x${digits.padStart(64, "0")}`),
      fc.constantFrom("0", "1", "80", "7f").map((digits): Hex => `0x${digits.padStart(64, "f")}`),
    );
    const type = fc.constantFrom(
      "uint8",
      "int8",
      "uint48",
      "int48",
      "uint56",
      "int256",
      "bool",
      "address",
      "bytes3",
    );
    fc.assert(
      fc.property(
        fc.array(type, { minLength: 1, maxLength: 3 }),
        fc.array(word, { minLength: 3, maxLength: 4 }),
        (types, words) => {
          const inputs = types.map((one, i) => ({ name: `arg${i}`, type: one, indexed: false }));
          const event: AbiEvent = { type: "event", name: "Any", inputs };
          const data: Hex = `0x${words.map((one) => one.slice(2)).join("")}`;
          const log = { topics: [toEventSelector(event)] as [Hex], data };
          const told = (decode: () => unknown) => {
            try {
              return decode();
            } catch {
              return "refused";
            }
          };
          expect(told(() => eventDecoder(event)(log))).toEqual(
            told(() => decodeEventLog({ abi: [event], ...log }).args),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("eventDecoder, given what does not fit,", () => {
  it("refuses a log with more or fewer topics, or less data, than the event has", () => {
    const event: AbiEvent = {
      type: "event",
      name: "Moved",
      inputs: [
        { name: "to", type: "address", indexed: true },
        { name: "amount", type: "uint256", indexed: false },
      ],
    };
    const decode = eventDecoder(event);
    const word: Hex = `0x${"00".repeat(32)}`;
    expect(decode({ topics: [word, word], data: word })).toMatchObject({ amount: 0n });
    expect(() => decode({ topics: [word], data: word })).toThrow(/2 topics, the log 1/);
    expect(() => decode({ topics: [word, word, word], data: word })).toThrow(/2 topics, the log 3/);
    expect(() => decode({ topics: [word, word], data: "0x" })).toThrow();
    expect(() => decode({ topics: [word, word], data: "0x00" })).toThrow();
  });
});
