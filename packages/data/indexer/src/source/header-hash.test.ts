import { bytesToHex } from "@ghostchain/encoding";
import { describe, expect, it } from "vitest";
import { hashOf, sealBlock, toRpcBlock, toRpcReceipts } from "../../test/support/fake-block.ts";
import type { BlockHeader } from "./block.ts";
import { hashHeader } from "./header-hash.ts";
import { orderedTrieRoot } from "./ordered-trie-root.ts";
import { parseHeader } from "./parse-answer.ts";
import { provenLogs } from "./receipts.ts";

const EMPTY_ROOT = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";
const ZERO = `0x${"00".repeat(32)}`;

/** Ethereum's first block. */
const GENESIS = {
  parentHash: ZERO,
  sha3Uncles: "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
  miner: `0x${"00".repeat(20)}`,
  stateRoot: "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
  transactionsRoot: EMPTY_ROOT,
  receiptsRoot: EMPTY_ROOT,
  logsBloom: `0x${"00".repeat(256)}`,
  ...{ difficulty: "0x400000000", number: "0x0", gasLimit: "0x1388", gasUsed: "0x0" },
  timestamp: "0x0",
  extraData: "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
  mixHash: ZERO,
  nonce: "0x0000000000000042",
};

describe("hashHeader", () => {
  it("gives Ethereum's first block its hash", () => {
    expect(hashHeader(GENESIS)).toBe(
      "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
    );
  });

  it("agrees with another encoder on later headers", () => {
    const block = sealBlock(undefined, [], "x");
    expect(hashHeader(toRpcBlock(block))).toBe(hashOf(block));
  });

  it("tells nothing where a field is missing, or one that a later fork added is there alone", () => {
    const { stateRoot: _, ...rest } = GENESIS;
    expect(hashHeader(rest)).toBeUndefined();
    expect(hashHeader({ ...GENESIS, requestsHash: ZERO })).toBeUndefined();
    expect(hashHeader({ ...GENESIS, nonce: null })).toBeUndefined();
  });
});

describe("orderedTrieRoot", () => {
  it("is the root of nothing for nothing", () => {
    expect(bytesToHex(orderedTrieRoot([]))).toBe(EMPTY_ROOT);
  });
});

describe("provenLogs", () => {
  const A = `0x${"aa".repeat(20)}` as const;
  const block = sealBlock(
    undefined,
    [1n, 2n].map((amount) => ({ kind: "moved", from: A, to: A, amount })),
    "x",
  );
  const header: BlockHeader = parseHeader("eth_getBlockByNumber", toRpcBlock(block));
  const [receipt] = toRpcReceipts(block);
  const logs = receipt?.logs as Record<string, unknown>[];

  it("reads the logs of receipts whose root the header holds", () => {
    expect(provenLogs(header, [receipt])?.map(({ logIndex }) => logIndex)).toEqual([0, 1]);
  });

  it.each([
    { what: "a log left out", lie: logs.slice(0, 1) },
    { what: "other data", lie: logs.map((log) => ({ ...log, data: `0x${"00".repeat(32)}` })) },
    { what: "logs in another order", lie: [...logs].reverse() },
    { what: "a log in another place", lie: logs.map((log) => ({ ...log, logIndex: "0x1" })) },
    { what: "a log of another block", lie: logs.map((log) => ({ ...log, blockHash: ZERO })) },
  ])("refuses receipts with $what", ({ lie }) => {
    expect(() => provenLogs(header, [{ ...receipt, logs: lie }])).toThrow(
      expect.objectContaining({ code: "INDEXER_SOURCE_INCONSISTENT" }),
    );
  });

  it("tells nothing of receipts of another kind", () => {
    expect(provenLogs(header, [{ ...receipt, type: "0x7e" }])).toBeUndefined();
    expect(provenLogs({ ...header, receiptsRoot: undefined }, [receipt])).toBeUndefined();
  });
});
