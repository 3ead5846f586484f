import { hashOfWord } from "@ghostchain/evm";
import { describe, expect, it } from "vitest";
import { OTHER, TOPIC, transferLog } from "./memory-backend.ts";
import { setUp } from "./test-dispatcher.ts";

const withLog = (world: ReturnType<typeof setUp>, count = 1) => ({
  signed: world.backend.sign(),
  logs: Array.from({ length: count }, () => transferLog()),
});

describe("block filters", () => {
  it("give the hashes of new blocks once", async () => {
    const { backend, result } = setUp();
    backend.mine();
    const id = await result("eth_newBlockFilter");
    expect(await result("eth_getFilterChanges", id)).toEqual([]);
    const mined = [backend.mine(), backend.mine()].map(({ hash }) => hash);
    expect(await result("eth_getFilterChanges", id)).toEqual(mined);
    expect(await result("eth_getFilterChanges", id)).toEqual([]);
  });

  it("give the new branch after a reorg, also to several depths at once", async () => {
    const { backend, result } = setUp();
    backend.mine();
    const id = await result("eth_newBlockFilter");
    backend.mine();
    await result("eth_getFilterChanges", id);
    backend.mine();
    backend.reorg(3, [[], []]);
    const canonical = [1n, 2n].map((number) => backend.block({ number })?.hash);
    expect(await result("eth_getFilterChanges", id)).toEqual(canonical);
  });

  it("go on from the head when the chain forgot where they were", async () => {
    const { backend, result } = setUp();
    backend.mine();
    const id = await result("eth_newBlockFilter");
    for (let i = 0; i < 1_100; i++) backend.reorg(1, [[{ signed: backend.sign(), logs: [] }]]);
    expect(await result("eth_getFilterChanges", id)).toEqual([]);
    const { hash } = backend.mine();
    expect(await result("eth_getFilterChanges", id)).toEqual([hash]);
  });
});

describe("log filters", () => {
  it("give new logs that match, and all of them on request", async () => {
    const world = setUp();
    const { backend, result } = world;
    backend.mine([withLog(world)]);
    const id = await result("eth_newFilter", { topics: [TOPIC], fromBlock: "0x0" });
    const none = await result("eth_newFilter", { topics: [hashOfWord(5n)] });
    backend.mine([withLog(world), withLog(world)]);
    expect(await result("eth_getFilterChanges", id)).toHaveLength(2);
    expect(await result("eth_getFilterChanges", id)).toHaveLength(0);
    expect(await result("eth_getFilterChanges", none)).toHaveLength(0);
    expect(await result("eth_getFilterLogs", id)).toHaveLength(3);
  });

  it("take back what a reorg removed, newest first, before they give the new branch", async () => {
    const world = setUp();
    const { backend, result } = world;
    const id = await result("eth_newFilter", { address: OTHER });
    const first = backend.mine([withLog(world)]);
    const second = backend.mine([withLog(world, 2)]);
    await result("eth_getFilterChanges", id);
    backend.reorg(2, [[withLog(world)]]);
    const changes = await result("eth_getFilterChanges", id);
    const seen = changes.map((log: Record<string, unknown>) => [
      log.blockHash,
      log.logIndex,
      log.removed,
    ]);
    expect(seen).toEqual([
      [second.hash, "0x1", true],
      [second.hash, "0x0", true],
      [first.hash, "0x0", true],
      [backend.head().hash, "0x0", false],
    ]);
  });

  it("leave what is too much at once for the next poll", async () => {
    const world = setUp({ limits: { logResults: 3 } });
    const { backend, result } = world;
    const id = await result("eth_newFilter", {});
    for (let i = 0; i < 4; i++) backend.mine([withLog(world, 2)]);
    expect(await result("eth_getFilterChanges", id)).toHaveLength(4);
    expect(await result("eth_getFilterChanges", id)).toHaveLength(4);
    expect(await result("eth_getFilterChanges", id)).toHaveLength(0);
  });

  it("give nothing twice to polls at the same time", async () => {
    const world = setUp();
    const { backend, result } = world;
    const id = await result("eth_newFilter", {});
    backend.mine([withLog(world)]);
    const polls = await Promise.all([1, 2, 3].map(() => result("eth_getFilterChanges", id)));
    expect(polls.flat()).toHaveLength(1);
  });
});

describe("pending transaction filters", () => {
  it("give hashes, or whole transactions still waiting", async () => {
    const { backend, result } = setUp();
    const hashes = await result("eth_newPendingTransactionFilter");
    const full = await result("eth_newPendingTransactionFilter", true);
    const signed = backend.sign();
    backend.announce(signed);
    expect(await result("eth_getFilterChanges", hashes)).toEqual([signed.hash]);
    expect(await result("eth_getFilterChanges", full)).toMatchObject([{ hash: signed.hash }]);
    expect(await result("eth_getFilterChanges", hashes)).toEqual([]);
  });
});

describe("filters", () => {
  it("are forgotten when uninstalled, or not asked for in five minutes", async () => {
    const { clock, result, error } = setUp();
    const used = await result("eth_newBlockFilter");
    const unused = await result("eth_newBlockFilter");
    const gone = await result("eth_newBlockFilter");
    expect(await result("eth_uninstallFilter", gone)).toBe(true);
    expect(await result("eth_uninstallFilter", gone)).toBe(false);
    await clock.advance(200_000);
    await result("eth_getFilterChanges", used);
    await clock.advance(200_000);
    await result("eth_getFilterChanges", used);
    const unknown = { code: -32000, message: "filter not found" };
    expect(await error("eth_getFilterChanges", unused)).toEqual(unknown);
    expect(await error("eth_getFilterLogs", used)).toEqual(unknown);
    expect(await error("eth_getFilterChanges", "0x123")).toEqual(unknown);
  });

  it("are bounded in number", async () => {
    const { result, error } = setUp({ limits: { filters: 2 } });
    await result("eth_newBlockFilter");
    await result("eth_newBlockFilter");
    expect((await error("eth_newBlockFilter")).code).toBe(-32005);
  });
});
