import type { Address } from "viem";
import { describe, expect, it } from "vitest";
import { FakeChain, type LedgerEvent } from "../../test/support/fake-chain.ts";
import { OF_LEDGER, sourceOf as openSourceOf } from "../../test/support/source-of.ts";
import type { ChainSource } from "./chain-source.ts";

const A: Address = "0x00000000000000000000000000000000000000AA";
const moved: LedgerEvent = { kind: "moved", from: A, to: A, amount: 1n };
const wanted = [OF_LEDGER];

type Answers = Record<string, (answer: never) => unknown>;

/** The chain's answers, as `lies` change them. */
function sourceOf(chain: FakeChain, lies: Answers = {}): ChainSource {
  const request = async (asked: { method: string; params?: readonly unknown[] }) => {
    const answer = await chain.request(asked);
    return (lies[asked.method] ?? ((same: unknown) => same))(answer as never);
  };
  return openSourceOf([{ request }]);
}

function chainOf(...lists: LedgerEvent[][]): FakeChain {
  const chain = new FakeChain();
  chain.mine(...lists);
  return chain;
}

type Rpc = Record<string, unknown>;
const edit = (change: (log: Rpc, index: number) => Rpc) => (logs: Rpc[]) => logs.map(change);
const OTHER = `0x${"ab".repeat(32)}`;

describe("ChainSource", () => {
  it("reads a block with its logs, and asks for none that the bloom excludes", async () => {
    const chain = chainOf([moved, moved], []);
    const source = sourceOf(chain);
    const [full, empty] = [await source.header(1n), await source.header(2n)];
    if (!full || !empty) throw new Error("the chain has two blocks");
    expect((await source.block(full, wanted)).logs.map((log) => log.logIndex)).toEqual([0, 1]);
    expect((await source.block(empty, wanted)).logs).toEqual([]);
    expect(chain.asked.get("eth_getLogs")).toBe(1);
    expect(await source.header(9n)).toBeUndefined();
  });

  it("asks for no logs when nobody wants any", async () => {
    const chain = chainOf([moved]);
    const source = sourceOf(chain);
    expect((await source.block(await source.head(), [])).logs).toEqual([]);
    expect((await source.range(0n, 1n, [])).logs).toEqual([]);
    expect(chain.asked.has("eth_getLogs")).toBe(false);
  });

  it.each<{ what: string; lies: Answers }>([
    {
      what: "of another block",
      lies: { eth_getLogs: edit((log) => ({ ...log, blockHash: OTHER })) },
    },
    {
      what: "that the bloom excludes",
      lies: { eth_getLogs: edit((log) => ({ ...log, topics: [OTHER] })) },
    },
    { what: "that repeat", lies: { eth_getLogs: edit((log) => ({ ...log, logIndex: "0x1" })) } },
    {
      what: "that were removed",
      lies: { eth_getLogs: edit((log) => ({ ...log, removed: true })) },
    },
    {
      what: "with five topics",
      lies: { eth_getLogs: edit((log) => ({ ...log, topics: Array(5).fill(OTHER) })) },
    },
    { what: "with odd data", lies: { eth_getLogs: edit((log) => ({ ...log, data: "0x123" })) } },
    {
      what: "without a number",
      lies: { eth_getLogs: edit((log) => ({ ...log, blockNumber: null })) },
    },
    { what: "that are not a list", lies: { eth_getLogs: () => ({}) } },
  ])("refuses logs $what", async ({ lies }) => {
    const source = sourceOf(chainOf([moved, moved]), lies);
    await expect(source.head().then((head) => source.block(head, wanted))).rejects.toMatchObject({
      fault: { code: "INDEXER_SOURCE_INCONSISTENT", method: "eth_getLogs" },
    });
  });

  it.each<{ what: string; lie: (header: Rpc | null) => unknown }>([
    { what: "of another number", lie: (header) => ({ ...header, number: "0x7" }) },
    { what: "without a hash", lie: (header) => ({ ...header, hash: null }) },
    { what: "with a hash too short", lie: (header) => ({ ...header, parentHash: "0x12" }) },
    { what: "with a number that is not one", lie: (header) => ({ ...header, number: "12" }) },
    { what: "that is text", lie: () => "block" },
  ])("refuses a header $what", async ({ lie }) => {
    const source = sourceOf(chainOf([]), { eth_getBlockByNumber: lie });
    await expect(source.header(1n)).rejects.toMatchObject({
      fault: { code: "INDEXER_SOURCE_INCONSISTENT", method: "eth_getBlockByNumber" },
    });
  });

  it("refuses a range's logs from outside of it, and of two branches", async () => {
    const outside = edit((log) => ({ ...log, blockNumber: "0x9" }));
    const branches = edit((log, i) => (i === 1 ? { ...log, blockHash: OTHER } : log));
    for (const lie of [outside, branches])
      await expect(
        sourceOf(chainOf([moved, moved]), { eth_getLogs: lie }).range(0n, 1n, wanted),
      ).rejects.toMatchObject({
        code: "INDEXER_SOURCE_INCONSISTENT",
      });
  });

  it("refuses a range whose logs are of a branch that was replaced before its headers came", async () => {
    const chain = chainOf(...Array.from({ length: 100 }, (_, i) => (i === 90 ? [moved] : [])));
    const timed = edit((log) => ({ ...log, blockTimestamp: "0x1" }));
    let isReplaced = false;
    const request = async (asked: { method: string; params?: readonly unknown[] }) => {
      if (asked.method !== "eth_getLogs") {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return chain.request(asked);
      }
      const logs = timed((await chain.request(asked)) as Rpc[]);
      if (!isReplaced) chain.reorg(20, ...Array.from({ length: 21 }, () => []));
      isReplaced = true;
      return logs;
    };
    const source = openSourceOf([{ request }]);
    await expect(source.range(1n, 100n, wanted)).rejects.toMatchObject({
      code: "INDEXER_SOURCE_BEHIND",
    });
  });
});
