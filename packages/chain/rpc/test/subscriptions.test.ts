import { describe, expect, it } from "vitest";
import { OTHER, SENDER, transferLog } from "./memory-backend.ts";
import { setUp } from "./test-dispatcher.ts";

describe("eth_subscribe", () => {
  it("tells new heads", async () => {
    const { backend, notes, result } = setUp();
    const id = await result("eth_subscribe", "newHeads");
    const { hash } = backend.mine();
    expect(notes).toMatchObject([{ subscription: id, result: { number: "0x1", hash } }]);
    expect(notes[0]?.result).not.toHaveProperty("transactions");
  });

  it("tells when this node sealed a block, and of others nothing", async () => {
    const { backend, notes, result } = setUp();
    await result("eth_subscribe", "newHeads");
    backend.mine([], 1_700_000_000_123);
    backend.mine();
    expect(notes[0]?.result).toMatchObject({ milliTimestamp: "0x18bcfe5687b" });
    expect(notes[1]?.result).not.toHaveProperty("milliTimestamp");
  });

  it("tells logs that match, and takes them back newest first in a reorg", async () => {
    const { backend, notes, result } = setUp();
    await result("eth_subscribe", "logs", { address: [OTHER] });
    await result("eth_subscribe", "logs", { address: SENDER });
    const made = () => ({ signed: backend.sign(), logs: [transferLog(), transferLog()] });
    const old = [backend.mine([made()]), backend.mine([made()])].map(({ hash }) => hash);
    notes.length = 0;
    backend.reorg(2, [[], [made()]]);
    const seen = notes.map(({ result: log }) => {
      const { blockHash, logIndex, removed } = log as Record<string, unknown>;
      return [blockHash, logIndex, removed];
    });
    expect(seen).toEqual([
      [old[1], "0x1", true],
      [old[1], "0x0", true],
      [old[0], "0x1", true],
      [old[0], "0x0", true],
      [backend.head().hash, "0x0", false],
      [backend.head().hash, "0x1", false],
    ]);
  });

  it("tells heads of the new branch only", async () => {
    const { backend, notes, result } = setUp();
    await result("eth_subscribe", "newHeads");
    backend.mine();
    notes.length = 0;
    backend.reorg(1, [[], []]);
    expect(notes.map(({ result: head }) => (head as { number: string }).number)).toEqual([
      "0x1",
      "0x2",
    ]);
  });

  it("tells pending transactions by hash or whole", async () => {
    const { backend, notes, result } = setUp();
    const hashes = await result("eth_subscribe", "newPendingTransactions");
    const full = await result("eth_subscribe", "newPendingTransactions", true);
    const signed = backend.sign();
    backend.announce(signed);
    expect(notes).toMatchObject([
      { subscription: hashes, result: signed.hash },
      { subscription: full, result: { hash: signed.hash, blockHash: null } },
    ]);
  });
});

describe("a subscription", () => {
  it("speaks only after the answer that names the subscription", async () => {
    const { backend, dispatcher, session, notes } = setUp();
    const request = { jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] };
    await dispatcher.handle(request, session);
    backend.mine();
    expect(notes).toHaveLength(0);
    session.answered();
    expect(notes).toHaveLength(1);
    const syncing = { ...request, params: ["syncing"] };
    await dispatcher.handle(syncing, session);
    session.answered();
    expect(notes[1]?.result).toBe(false);
  });

  it("ends with eth_unsubscribe and with the connection", async () => {
    const { backend, session, notes, result } = setUp();
    const id = await result("eth_subscribe", "newHeads");
    await result("eth_subscribe", "newHeads");
    expect(await result("eth_unsubscribe", id)).toBe(true);
    expect(await result("eth_unsubscribe", id)).toBe(false);
    backend.mine();
    expect(notes).toHaveLength(1);
    session.close();
    backend.mine();
    expect(notes).toHaveLength(1);
  });

  it("refuses unknown kinds and options, and more than its bound", async () => {
    const { result, error } = setUp({ limits: { subscriptionsPerSession: 1 } });
    expect((await error("eth_subscribe", "oldHeads")).code).toBe(-32602);
    expect((await error("eth_subscribe", "logs", { address: 5 })).code).toBe(-32602);
    await result("eth_subscribe", "logs");
    expect((await error("eth_subscribe", "newHeads")).code).toBe(-32005);
  });
});
