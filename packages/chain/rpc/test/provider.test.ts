import { createPublicClient, createTestClient, createWalletClient, custom } from "viem";
import { describe, expect, it } from "vitest";
import { createProvider, type ProviderMessage, ProviderRpcError } from "../src/provider.ts";
import { OTHER, SENDER, transferLog } from "./memory-backend.ts";
import { setUp } from "./test-dispatcher.ts";

const soon = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe("createProvider", () => {
  it("serves viem's clients through custom()", async () => {
    const { backend, dispatcher } = setUp();
    const transport = custom(createProvider(dispatcher));
    const reader = createPublicClient({ transport });
    const wallet = createWalletClient({ transport, account: SENDER });
    const tester = createTestClient({ transport, mode: "anvil" });
    backend.mine([{ signed: backend.sign(), logs: [transferLog()] }]);

    expect(await reader.getChainId()).toBe(31_337);
    expect(await reader.getBalance({ address: SENDER })).toBe(10n ** 22n);
    const block = await reader.getBlock({ includeTransactions: true });
    expect(block.transactions[0]?.from).toBe(SENDER);
    const logs = await reader.getLogs({ address: OTHER, fromBlock: 0n });
    expect(logs[0]?.transactionHash).toBe(block.transactions[0]?.hash);
    expect((await reader.estimateFeesPerGas()).maxFeePerGas).toBeGreaterThan(0n);
    const history = await reader.getFeeHistory({ blockCount: 2, rewardPercentiles: [50] });
    expect(history.reward).toHaveLength(2);
    expect(await reader.createAccessList({ to: OTHER })).toMatchObject({ accessList: [] });
    expect(await reader.estimateGas({ to: OTHER })).toBe(21_000n);

    const hash = await wallet.sendTransaction({ to: OTHER, value: 1n, chain: null });
    expect((await reader.getTransaction({ hash })).blockHash).toBeNull();
    expect(await wallet.signMessage({ message: "boo" })).toMatch(/^0x[0-9a-f]{130}$/);
    await tester.setBalance({ address: OTHER, value: 5n });
    expect(await reader.getBalance({ address: OTHER })).toBe(5n);
    await tester.mine({ blocks: 2 });
    expect(await reader.getBlockNumber({ cacheTime: 0 })).toBe(3n);
  });

  it("throws errors with code and data", async () => {
    const { backend, dispatcher } = setUp();
    const provider = createProvider(dispatcher);
    const unknown = provider.request({ method: "eth_nothing" });
    await expect(unknown).rejects.toBeInstanceOf(ProviderRpcError);
    await expect(provider.request({ method: "eth_nothing" })).rejects.toMatchObject({
      code: -32601,
    });
    backend.onCall = () => ({
      halt: "revert",
      gasLeft: 0n,
      output: Uint8Array.of(1),
      created: undefined,
      gasUsed: 1n,
      logs: [],
      accessList: [],
    });
    const reverted = provider.request({ method: "eth_call", params: [{ to: OTHER }] });
    await expect(reverted).rejects.toMatchObject({ code: 3, data: "0x01" });
  });

  it("sends messages to listeners until they are removed", async () => {
    const { backend, dispatcher } = setUp();
    const provider = createProvider(dispatcher);
    const heard: ProviderMessage[] = [];
    const listener = (message: ProviderMessage) => heard.push(message);
    provider.on("message", listener);
    const subscription = await provider.request({
      method: "eth_subscribe",
      params: ["newHeads"],
    });
    await soon();
    const { hash } = backend.mine();
    await soon();
    expect(heard).toMatchObject([
      { type: "eth_subscription", data: { subscription, result: { hash } } },
    ]);
    provider.removeListener("message", listener);
    backend.mine();
    await soon();
    expect(heard).toHaveLength(1);
    provider.on("message", listener).close();
    backend.mine();
    await soon();
    expect(heard).toHaveLength(1);
  });
});
