import { verifyProof } from "@ghostchain/accounts";
import { hexToBytes } from "@ghostchain/encoding";
import { parseHash } from "@ghostchain/evm";
import { encodeErrorResult, type Hex, hexToBigInt, keccak256, pad, parseEther, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { COUNTED, deployCounter, startChain } from "./rpc-fixture.ts";

const ERROR_ABI = [
  { type: "error", name: "Error", inputs: [{ name: "reason", type: "string" }] },
] as const;

describe("calls", () => {
  it("return, revert with a reason, and leave nothing behind", async () => {
    const world = await startChain();
    const counter = await deployCounter(world);
    const { reader } = world;
    expect((await reader.call({ to: counter })).data).toBe(pad("0x1"));
    expect(await reader.getStorageAt({ address: counter, slot: "0x0" })).toBe(pad("0x0"));
    const data = encodeErrorResult({ abi: ERROR_ABI, errorName: "Error", args: ["not today"] });
    await expect(reader.call({ to: counter, data })).rejects.toThrow("not today");
    const failed = world.ask("eth_call", { to: counter, data });
    await expect(failed).rejects.toMatchObject({
      code: 3,
      data,
      message: "execution reverted: not today",
    });
    await expect(world.ask("eth_estimateGas", { to: counter, data })).rejects.toMatchObject({
      code: 3,
    });
  });

  it("see what is overridden", async () => {
    const world = await startChain();
    const counter = await deployCounter(world);
    const { reader } = world;
    const stateDiff = [{ slot: pad("0x0"), value: pad("0x9") }];
    const counted = await reader.call({
      to: counter,
      stateOverride: [{ address: counter, stateDiff }],
    });
    expect(counted.data).toBe(pad("0xa"));
    // NUMBER, TIMESTAMP and COINBASE of the block, in three words.
    const code: Hex = "0x43600052426020524160405260606000f3";
    const { data = "0x" } = await reader.call({
      to: counter,
      stateOverride: [{ address: counter, code }],
      blockOverrides: { number: 77n, time: 88n, feeRecipient: counter },
    });
    const words = data
      .slice(2)
      .match(/.{64}/g)
      ?.map((word) => hexToBigInt(`0x${word}`));
    expect(words).toEqual([77n, 88n, hexToBigInt(counter)]);
  });

  it("estimate gas that is enough and hardly more", async () => {
    const world = await startChain();
    const counter = await deployCounter(world);
    const { reader, wallet, alice, bob } = world;
    expect(await reader.estimateGas({ account: alice, to: bob.address, value: 1n })).toBe(21_000n);
    const gas = await reader.estimateGas({ account: alice, to: counter });
    const hash = await wallet.sendTransaction({ to: counter, gas });
    const { status, gasUsed } = await reader.getTransactionReceipt({ hash });
    expect(status).toBe("success");
    expect(Number(gas)).toBeLessThan(Number(gasUsed) * 1.02);
  });

  it("name the slots they touch", async () => {
    const world = await startChain();
    const counter = await deployCounter(world);
    const { accessList, gasUsed } = await world.reader.createAccessList({ to: counter });
    expect(accessList).toEqual([{ address: counter, storageKeys: [pad("0x0")] }]);
    const listed = await world.ask("eth_createAccessList", { to: counter, accessList });
    expect(listed).toEqual({ accessList, gasUsed: toHex(gasUsed) });
  });

  it("end at the gas cap", async () => {
    const { ask, bob } = await startChain();
    const endless = { [bob.address]: { code: "0x5b600056" } };
    const call = ask("eth_call", { to: bob.address }, "latest", endless);
    await expect(call).rejects.toMatchObject({ code: -32000, message: "out of gas" });
  });
});

describe("logs", () => {
  it("are found, polled and told", async () => {
    const world = await startChain();
    const { chain, reader, wallet } = world;
    const counter = await deployCounter(world);
    const filter = await reader.createEventFilter({ address: counter });
    const blocks = await reader.createBlockFilter();
    const told: Hex[] = [];
    chain.provider.on("message", ({ data }) => {
      told.push((data.result as { transactionHash: Hex }).transactionHash);
    });
    await world.ask("eth_subscribe", "logs", { topics: [COUNTED] });
    await new Promise((resolve) => setImmediate(resolve));
    const hashes = [
      await wallet.sendTransaction({ to: counter }),
      await wallet.sendTransaction({ to: counter }),
    ];
    const logs = await reader.getLogs({ address: counter, fromBlock: 0n });
    expect(logs.map(({ transactionHash, data }) => [transactionHash, data])).toEqual([
      [hashes[0], pad("0x1")],
      [hashes[1], pad("0x2")],
    ]);
    expect(await reader.getFilterChanges({ filter })).toHaveLength(2);
    expect(await reader.getFilterChanges({ filter: blocks })).toHaveLength(2);
    expect(told).toEqual(hashes);
  });

  it("are taken back in a reorg and a revert", async () => {
    const world = await startChain();
    const { ask, anvil, reader, wallet } = world;
    const counter = await deployCounter(world);
    const snapshot = await anvil.snapshot();
    const filter = await reader.createEventFilter({ address: counter });
    await wallet.sendTransaction({ to: counter });
    const [added] = await reader.getFilterChanges({ filter });
    await ask("anvil_reorg", 1, []);
    const [removed] = await reader.getFilterChanges({ filter });
    expect(removed).toEqual({ ...added, removed: true });
    await anvil.mine({ blocks: 1 });
    const before = await reader.getBlockNumber();
    await anvil.revert({ id: snapshot });
    expect(await reader.getBlockNumber()).toBeLessThan(before);
  });
});

describe("blocks and receipts", () => {
  it("fit each other", async () => {
    const world = await startChain();
    const { reader, wallet, bob, ask } = world;
    const hash = await wallet.sendTransaction({ to: bob.address, value: 5n });
    const block = await reader.getBlock({ includeTransactions: true });
    const [transaction] = block.transactions;
    expect(transaction?.hash).toBe(hash);
    expect(await reader.getTransaction({ hash })).toEqual(transaction);
    const receipt = await reader.getTransactionReceipt({ hash });
    expect(receipt.effectiveGasPrice).toBe(transaction?.gasPrice);
    expect(await ask("eth_getBlockReceipts", "latest")).toHaveLength(1);
    expect(keccak256((await ask("debug_getRawHeader", "latest")) as Hex)).toBe(block.hash);
    expect(keccak256((await ask("debug_getRawTransaction", hash)) as Hex)).toBe(hash);
    expect(block.parentHash).toBe((await reader.getBlock({ blockNumber: 0n })).hash);
    const { size } = await reader.getBlock();
    expect(size).toBe(BigInt(((await ask("debug_getRawBlock", "latest")) as Hex).length / 2 - 1));
  });

  it("are proved by the state root", async () => {
    const world = await startChain();
    const counter = await deployCounter(world);
    await world.wallet.sendTransaction({ to: counter });
    const { stateRoot } = await world.reader.getBlock();
    const proof = await world.reader.getProof({ address: counter, storageKeys: [pad("0x0")] });
    expect(proof.storageProof[0]?.value).toBe(1n);
    const nodes = proof.storageProof[0]?.proof.map(hexToBytes) ?? [];
    const path = hexToBytes(keccak256(pad("0x0")));
    expect(verifyProof(parseHash(proof.storageHash), path, nodes)).toEqual(Uint8Array.of(1));
    const account = verifyProof(
      parseHash(stateRoot),
      hexToBytes(keccak256(counter)),
      proof.accountProof.map(hexToBytes),
    );
    expect(toHex(account ?? new Uint8Array())).toContain(proof.storageHash.slice(2));
  });

  it("tell fees as they were and as they will be", async () => {
    const { reader, wallet, bob } = await startChain();
    for (let sent = 0; sent < 3; sent++) await wallet.sendTransaction({ to: bob.address });
    const history = await reader.getFeeHistory({ blockCount: 3, rewardPercentiles: [10, 90] });
    expect(history.baseFeePerGas).toHaveLength(4);
    const { baseFeePerGas } = await reader.getBlock();
    expect(history.baseFeePerGas[2]).toBe(baseFeePerGas);
    await wallet.sendTransaction({ to: bob.address });
    expect((await reader.getBlock()).baseFeePerGas).toBe(history.baseFeePerGas[3]);
  });
});

describe("sending", () => {
  it("fills in what is left out, from accounts the node holds", async () => {
    const { ask, reader, alice, bob } = await startChain();
    const request = { from: alice.address, to: bob.address, value: toHex(parseEther("1")) };
    const hash = (await ask("eth_sendTransaction", request)) as Hex;
    const { gas, type } = await reader.getTransaction({ hash });
    expect([gas, type]).toEqual([21_000n, "eip1559"]);
    const raw = await ask("eth_signTransaction", { ...request, nonce: "0x1" });
    await ask("eth_sendRawTransaction", raw);
    expect(await reader.getTransactionCount({ address: alice.address })).toBe(2);
    const filled = (await ask("eth_fillTransaction", request)) as { tx: { nonce: Hex } };
    expect(filled.tx.nonce).toBe("0x2");
  });

  it("names the rule that a transaction breaks", async () => {
    const { ask, wallet, alice, bob } = await startChain();
    const request = await wallet.prepareTransactionRequest({ to: bob.address, gas: 21_000n });
    const poor = await wallet.signTransaction({ ...request, value: parseEther("99999") });
    await expect(ask("eth_sendRawTransaction", poor)).rejects.toMatchObject({
      code: -32003,
      data: "TRANSACTION_FUNDS_INSUFFICIENT",
      message: expect.stringContaining("insufficient funds"),
    });
    const foreign = await alice.signTransaction({ type: "eip1559", gas: 21_000n, chainId: 5 });
    await expect(ask("eth_sendRawTransaction", foreign)).rejects.toMatchObject({
      code: -32003,
      data: "TRANSACTION_CHAIN_ID_WRONG",
    });
    await expect(ask("eth_sendRawTransaction", "0x1234")).rejects.toMatchObject({ code: -32003 });
    const stranger = { from: `0x${"12".repeat(20)}`, to: bob.address };
    await expect(ask("eth_sendTransaction", stranger)).rejects.toMatchObject({ code: -32003 });
  });
});
