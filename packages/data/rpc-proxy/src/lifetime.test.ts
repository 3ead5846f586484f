import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lifetimeOf, newestBlockIn, readLogRange } from "./lifetime.ts";
import { FILTER_METHODS, PUBLIC_METHODS } from "./method-table.ts";
import { RpcProxyError } from "./rpc-proxy-error.ts";

const ADDRESS = `0x${"a".repeat(40)}`;
const HASH = `0x${"B".repeat(64)}`;

function lifetime(method: string, ...params: readonly unknown[]) {
  const rule = PUBLIC_METHODS.get(method) ?? FILTER_METHODS.get(method);
  if (!rule) throw new Error(method);
  return lifetimeOf(rule.lifetime, params);
}

describe("lifetimeOf", () => {
  it.each([
    ["latest", { kind: "head" }],
    ["earliest", { kind: "numbered", number: 0 }],
    ["0x10", { kind: "numbered", number: 16 }],
    [{ blockNumber: "0x10" }, { kind: "numbered", number: 16 }],
    [{ blockNumber: "latest" }, { kind: "head" }],
    [HASH, { kind: "content" }],
    [{ blockHash: HASH }, { kind: "content" }],
    // refused once a reorg drops the block
    [{ blockHash: HASH, requireCanonical: true }, { kind: "head" }],
    ["pending", { kind: "never" }],
    ["safe", { kind: "never" }],
    ["finalized", { kind: "never" }],
    [undefined, { kind: "never" }],
    [null, { kind: "never" }],
  ])("of a balance at %j is %j", (block, expected) => {
    expect(lifetime("eth_getBalance", ADDRESS, block)).toEqual(expected);
  });

  it.each([
    [{}, { kind: "head" }],
    [{ blockHash: HASH, fromBlock: "pending" }, { kind: "content" }],
    [
      { fromBlock: "0x1", toBlock: "0x9" },
      { kind: "numbered", number: 9 },
    ],
    [
      { fromBlock: "earliest", toBlock: "0x9" },
      { kind: "numbered", number: 9 },
    ],
    [{ fromBlock: "0x1" }, { kind: "head" }],
    [{ fromBlock: "0x1", toBlock: "latest" }, { kind: "head" }],
    [{ toBlock: "pending" }, { kind: "never" }],
    [{ fromBlock: "finalized", toBlock: "latest" }, { kind: "never" }],
  ])("of logs of %j is %j", (filter, expected) => {
    expect(lifetime("eth_getLogs", filter)).toEqual(expected);
  });

  it("is never for whatever sends, and for filters", () => {
    for (const [method, rule] of [...PUBLIC_METHODS, ...FILTER_METHODS]) {
      if (rule.weight !== "write" && !FILTER_METHODS.has(method)) continue;
      expect(rule.lifetime, method).toEqual({ kind: "never" });
    }
  });

  it("throws nothing but its own error, whatever the parameters are", () => {
    const methods = fc.constantFrom(...PUBLIC_METHODS.keys());
    const params = fc.array(fc.oneof(fc.anything(), fc.constantFrom("latest", "0x1", HASH)));
    fc.assert(
      fc.property(methods, params, (method, values) => {
        try {
          lifetime(method, ...values);
        } catch (error) {
          expect(error).toBeInstanceOf(RpcProxyError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("newestBlockIn", () => {
  it.each([
    ["eth_blockNumber", "0x10", 16],
    ["eth_getBalance", "0x10", undefined],
    ["eth_getTransactionReceipt", { blockNumber: "0x5", number: "0x9" }, 5],
    ["eth_getTransactionByHash", { blockNumber: null }, undefined],
    ["eth_getBlockByHash", { number: "0x7", parentHash: HASH }, 7],
    ["eth_feeHistory", { number: "0x7" }, undefined],
    ["eth_getLogs", [{ blockNumber: "0x1" }, { blockNumber: "0x2" }], 2],
    ["eth_getLogs", [], undefined],
    ["eth_getProof", null, undefined],
  ])("of %s %j is %j", (method, result, expected) => {
    expect(newestBlockIn(method, result)).toBe(expected);
  });
});

describe("readLogRange", () => {
  it("takes what is left out for the newest block", () => {
    expect(readLogRange({})).toEqual({ from: "latest", to: "latest" });
    expect(readLogRange({ fromBlock: null, toBlock: "0x2" })).toEqual({ from: "latest", to: 2 });
  });
});
