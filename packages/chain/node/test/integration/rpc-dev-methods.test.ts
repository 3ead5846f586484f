import { type Hex, pad, parseEther, parseGwei } from "viem";
import { describe, expect, it } from "vitest";
import { deployCounter, startChain } from "./rpc-fixture.ts";

const STRANGER = "0x00000000000000000000000000000000000f00d5" as const;

describe.each(["anvil", "hardhat"] as const)("viem's test client in %s mode", (mode) => {
  it("sets accounts", async () => {
    const world = await startChain();
    const { reader, [mode]: dev } = world;
    await dev.setBalance({ address: STRANGER, value: parseEther("3") });
    await dev.setNonce({ address: STRANGER, nonce: 7 });
    await dev.setCode({ address: STRANGER, bytecode: "0x6001" });
    await dev.setStorageAt({ address: STRANGER, index: 2, value: pad("0x5") });
    expect(await reader.getBalance({ address: STRANGER })).toBe(parseEther("3"));
    expect(await reader.getTransactionCount({ address: STRANGER })).toBe(7);
    expect(await reader.getCode({ address: STRANGER })).toBe("0x6001");
    expect(await reader.getStorageAt({ address: STRANGER, slot: pad("0x2") })).toBe(pad("0x5"));
  });

  it("acts for accounts without their keys", async () => {
    const { reader, ask, bob, [mode]: dev } = await startChain();
    await dev.setBalance({ address: STRANGER, value: parseEther("1") });
    const request = { from: STRANGER, to: bob.address, value: "0x1" };
    await expect(ask("eth_sendTransaction", request)).rejects.toThrow("unknown account");
    await dev.impersonateAccount({ address: STRANGER });
    const hash = (await ask("eth_sendTransaction", request)) as Hex;
    const { from } = await reader.getTransaction({ hash });
    expect(from).toBe(STRANGER);
    await dev.stopImpersonatingAccount({ address: STRANGER });
    await expect(ask("eth_sendTransaction", request)).rejects.toThrow("unknown account");
    await dev.sendUnsignedTransaction({ from: STRANGER, to: bob.address });
    expect(await reader.getTransactionCount({ address: STRANGER })).toBe(2);
  });

  it("mines when told, with the times it was told", async () => {
    const { reader, wallet, bob, [mode]: dev } = await startChain();
    await dev.setAutomine(false);
    expect(await dev.getAutomine()).toBe(false);
    const hash = await wallet.sendTransaction({ to: bob.address, gas: 21_000n });
    expect(await reader.getBlockNumber()).toBe(0n);
    expect((await dev.getTxpoolStatus()).pending).toBe(1);
    await dev.mine({ blocks: 3, interval: 10 });
    const [second, third] = await Promise.all(
      [2n, 3n].map((blockNumber) => reader.getBlock({ blockNumber })),
    );
    expect((third?.timestamp ?? 0n) - (second?.timestamp ?? 0n)).toBe(10n);
    expect((await reader.getTransactionReceipt({ hash })).blockNumber).toBe(1n);
    const next = (third?.timestamp ?? 0n) + 1_000n;
    await dev.setNextBlockTimestamp({ timestamp: next });
    await dev.mine({ blocks: 1 });
    expect((await reader.getBlock()).timestamp).toBe(next);
    await dev.increaseTime({ seconds: 500 });
    await dev.mine({ blocks: 1 });
    expect((await reader.getBlock()).timestamp).toBeGreaterThanOrEqual(next + 500n);
  });
});

describe.each(["anvil", "hardhat"] as const)("viem's test client in %s mode", (mode) => {
  it("shapes the next block", async () => {
    const { reader, wallet, bob, [mode]: dev } = await startChain();
    await dev.setCoinbase({ address: STRANGER });
    await dev.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei("3") });
    await dev.setBlockGasLimit({ gasLimit: 20_000_000n });
    await dev.mine({ blocks: 1 });
    const block = await reader.getBlock();
    expect(block.miner).toBe(STRANGER);
    expect(block.baseFeePerGas).toBe(parseGwei("3"));
    expect(block.gasLimit).toBe(20_000_000n);
    await dev.setAutomine(false);
    const hash = await wallet.sendTransaction({ to: bob.address, gas: 21_000n });
    await dev.dropTransaction({ hash });
    await expect(reader.getTransaction({ hash })).rejects.toThrow("could not be found");
  });

  it("comes back to snapshots, dumps and loads, and begins anew", async () => {
    const world = await startChain();
    const { reader, wallet, bob, [mode]: dev } = world;
    const counter = await deployCounter(world);
    const id = await dev.snapshot();
    await wallet.sendTransaction({ to: counter });
    const dump = await dev.dumpState();
    await dev.revert({ id });
    expect(await reader.getStorageAt({ address: counter, slot: "0x0" })).toBe(pad("0x0"));
    await expect(dev.revert({ id: "0x99" })).resolves.not.toThrow();
    await dev.loadState({ state: dump });
    expect(await reader.getStorageAt({ address: counter, slot: "0x0" })).toBe(pad("0x1"));
    await wallet.sendTransaction({ to: bob.address });
    await world.ask(`${mode}_reset`);
    expect(await reader.getBlockNumber()).toBe(0n);
    expect(await reader.getCode({ address: counter })).toBeUndefined();
  });
});

describe("dev methods", () => {
  it("refuse to fork another chain", async () => {
    const { anvil } = await startChain();
    const reset = anvil.reset({ blockNumber: 1n, jsonRpcUrl: "http://localhost:1" });
    await expect(reset).rejects.toThrow("forking another chain is not supported");
  });

  it("mine at intervals", async () => {
    const { anvil, reader } = await startChain();
    await anvil.setIntervalMining({ interval: 1 });
    const startMs = performance.now();
    while ((await reader.getBlockNumber()) === 0n && performance.now() - startMs < 5_000) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await reader.getBlockNumber()).toBeGreaterThan(0n);
    await anvil.setIntervalMining({ interval: 0 });
    const stopped = await reader.getBlockNumber();
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(await reader.getBlockNumber()).toBe(stopped);
  });

  it("put transactions into the blocks of a reorg", async () => {
    const { ask, reader, wallet, alice, bob } = await startChain();
    const request = await wallet.prepareTransactionRequest({ to: bob.address, nonce: 0 });
    const raw = await wallet.signTransaction(request);
    await ask("anvil_mine", "0x3");
    await ask("anvil_reorg", 2, [[raw, 1]]);
    expect((await reader.getBlock({ blockNumber: 3n })).transactions).toHaveLength(1);
    expect(await reader.getTransactionCount({ address: alice.address })).toBe(1);
    await expect(ask("anvil_reorg", 99, [])).rejects.toMatchObject({ code: -32000 });
  });

  it("say what an error was about", async () => {
    const { ask } = await startChain();
    await ask("evm_mine");
    await expect(ask("evm_setNextBlockTimestamp", 1)).rejects.toMatchObject({
      code: -32000,
      message: expect.stringMatching(/timestamp/i),
    });
    expect(await ask("evm_revert", "0x77")).toBe(false);
  });
});
