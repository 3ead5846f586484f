import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RpcError } from "../rpc-error.ts";
import { readBlockReference } from "./block-reference.ts";
import { readLogQuery } from "./log-query.ts";
import { readBlockOverride, readSlot, readStateOverrides } from "./overrides.ts";
import { transactionRequestFor } from "./transaction-request.ts";
import {
  countUpTo,
  readAddress,
  readBytes,
  readHash,
  readLooseUint64,
  readQuantity,
  readUint64,
} from "./value.ts";

const readTransactionRequest = transactionRequestFor(31_337n);
const HASH = `0x${"ab".repeat(32)}`;
const ADDRESS = `0x${"AB".repeat(20)}`;

describe("readers", () => {
  it("give back what was written", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (value) => {
        expect(readQuantity(`0x${value.toString(16)}`)).toBe(value);
        expect(readQuantity(`0x000${value.toString(16)}`)).toBe(value);
      }),
    );
    expect(readAddress(ADDRESS)).toBe(ADDRESS.toLowerCase());
    expect(readHash(HASH)).toBe(HASH);
    expect(readBytes("0x")).toHaveLength(0);
    expect(readLooseUint64(5)).toBe(5n);
  });

  it("throw RPC_PARAMS_INVALID and nothing else, whatever they read", () => {
    const readers = [
      readAddress,
      readHash,
      readBytes,
      readQuantity,
      readUint64,
      readLooseUint64,
      countUpTo(10),
      readSlot,
      readBlockReference,
      readLogQuery,
      readTransactionRequest,
      readStateOverrides,
      readBlockOverride,
    ];
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...readers), (value, read) => {
        try {
          read(value);
        } catch (error) {
          expect(error).toBeInstanceOf(RpcError);
          expect((error as RpcError).code).toBe("RPC_PARAMS_INVALID");
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [readQuantity, "10", "hex string without 0x prefix"],
    [readQuantity, "0x", "a quantity such as 0x1f"],
    [readQuantity, "0xzz", "a quantity such as 0x1f"],
    [readQuantity, `0x1${"0".repeat(64)}`, "at most 256 bits"],
    [readUint64, "0x10000000000000000", "at most 64 bits"],
    [readBytes, "0x123", "an even number"],
    [readBytes, 5, "got a number"],
    [readHash, ADDRESS, "64 hexadecimal digits"],
    [readLooseUint64, -1, "at least 0"],
    [readLooseUint64, 1.5, "whole number"],
    [countUpTo(10), 11, "at most 10"],
    [readSlot, "0xasdf", 'invalid hex in storage key: "0xasdf"'],
    [readSlot, `0x${"0".repeat(65)}`, "storage key too long (want at most 32 bytes)"],
  ])("%o refuses %j: %s", (read, value, problem) => {
    expect(() => read(value)).toThrow(problem);
  });
});

describe("readBlockReference", () => {
  it("takes tags, numbers, hashes and the objects of EIP-1898", () => {
    expect(readBlockReference("safe")).toEqual({ tag: "safe" });
    expect(readBlockReference("0x10")).toEqual({ number: 16n });
    expect(readBlockReference(HASH)).toEqual({ hash: HASH, requireCanonical: false });
    expect(readBlockReference({ blockNumber: "0x1" })).toEqual({ number: 1n });
    const byHash = { blockHash: HASH, requireCanonical: true };
    expect(readBlockReference(byHash)).toEqual({ hash: HASH, requireCanonical: true });
  });

  it("refuses what names no block, or two", () => {
    for (const value of ["newest", "2", {}, { blockNumber: "0x1", blockHash: HASH }, 5, null]) {
      expect(() => readBlockReference(value)).toThrow(RpcError);
    }
  });
});

describe("readTransactionRequest", () => {
  it("takes data under both of its names, if they agree", () => {
    expect(readTransactionRequest({ data: "0x01" }).data).toEqual(Uint8Array.of(1));
    expect(readTransactionRequest({ input: "0x01" }).data).toEqual(Uint8Array.of(1));
    expect(readTransactionRequest({ input: "0x01", data: "0x01" }).data).toHaveLength(1);
    expect(() => readTransactionRequest({ input: "0x01", data: "0x02" })).toThrow("not equal");
  });

  it("refuses a transaction for another chain", () => {
    expect(() => readTransactionRequest({ chainId: "0x7a69" })).not.toThrow();
    expect(() => readTransactionRequest({ chainId: "0x1" })).toThrow("have=1, want=31337");
  });

  it("refuses two ways of paying at once, and a tip above the fee", () => {
    const both = { gasPrice: "0x1", maxFeePerGas: "0x1" };
    expect(() => readTransactionRequest(both)).toThrow("one or the other");
    const upsideDown = { maxFeePerGas: "0x1", maxPriorityFeePerGas: "0x2" };
    expect(() => readTransactionRequest(upsideDown)).toThrow("higher than max fee");
  });
});

describe("readLogQuery", () => {
  it("takes one address or several, and topics with wildcards", () => {
    expect(readLogQuery({ address: ADDRESS }).addresses).toHaveLength(1);
    expect(readLogQuery({ address: [ADDRESS, ADDRESS] }).addresses).toHaveLength(2);
    const { topics } = readLogQuery({ topics: [null, HASH, [HASH, HASH], [null], []].slice(0, 4) });
    expect(topics).toEqual([[], [HASH], [HASH, HASH], []]);
  });

  it("refuses five topics, and a hash beside a range", () => {
    expect(() => readLogQuery({ topics: [null, null, null, null, null] })).toThrow("at most 4");
    expect(() => readLogQuery({ blockHash: HASH, toBlock: "0x1" })).toThrow("choose one");
  });
});
