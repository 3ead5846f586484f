import { bytesToHex } from "@ghostchain/encoding";
import { createPublicClient, createWalletClient, custom, http, parseEther, parseGwei } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { afterEach, describe, expect, it } from "vitest";
import { createDevChain, type DevChain, type DevChainOptions } from "../../src/dev-chain.ts";

const chains: DevChain[] = [];

async function start(options: DevChainOptions = {}) {
  const chain = await createDevChain(options);
  chains.push(chain);
  const keys = chain.accounts.map(({ privateKey }) => bytesToHex(privateKey));
  const [alice, bob] = keys.map((key) => privateKeyToAccount(key));
  if (!alice || !bob) throw new Error("a dev chain has accounts");
  const transport = custom(chain.provider);
  const reader = createPublicClient({ chain: foundry, transport, pollingInterval: 10 });
  const wallet = createWalletClient({ chain: foundry, transport, account: alice });
  return { chain, alice, bob, reader, wallet };
}

afterEach(async () => {
  await Promise.all(chains.splice(0).map((chain) => chain.stop()));
});

describe("createDevChain", () => {
  it("mines a transfer at once and answers for it", async () => {
    const { reader, wallet, alice, bob } = await start();
    const before = await reader.getBalance({ address: bob.address });
    const hash = await wallet.sendTransaction({ to: bob.address, value: parseEther("1") });
    const receipt = await reader.getTransactionReceipt({ hash });
    expect(receipt).toMatchObject({ status: "success", blockNumber: 1n, gasUsed: 21_000n });
    expect(await reader.getBalance({ address: bob.address })).toBe(before + parseEther("1"));
    expect(await reader.getTransactionCount({ address: alice.address })).toBe(1);
  });

  it("serves the same chain over HTTP where a port is asked for", async () => {
    const { chain, wallet, bob } = await start({ rpcPort: 0 });
    await wallet.sendTransaction({ to: bob.address, value: 1n });
    const remote = createPublicClient({ chain: foundry, transport: http(chain.rpcUrl) });
    expect(await remote.getBlockNumber()).toBe(1n);
  });

  it("tells subscribers of heads and logs in order", async () => {
    const { chain, wallet, bob } = await start();
    const numbers: string[] = [];
    chain.provider.on("message", ({ data }) => {
      numbers.push((data.result as { number: string }).number);
    });
    await chain.provider.request({ method: "eth_subscribe", params: ["newHeads"] });
    await new Promise((resolve) => setImmediate(resolve));
    for (let sent = 0; sent < 3; sent += 1) {
      await wallet.sendTransaction({ to: bob.address, value: 1n });
    }
    expect(numbers).toEqual(["0x1", "0x2", "0x3"]);
  });

  it("says at once why a transaction is refused", async () => {
    const { wallet, bob } = await start();
    const send = (request: object) =>
      wallet.sendTransaction({ to: bob.address, gas: 21_000n, ...request });
    await expect(send({ value: parseEther("20000") })).rejects.toThrow("insufficient funds");
    await expect(send({ nonce: 0, maxFeePerGas: 1n, maxPriorityFeePerGas: 1n })).rejects.toThrow(
      "less than block base fee",
    );
    await send({ nonce: 0, maxFeePerGas: parseGwei("5"), maxPriorityFeePerGas: 1n });
    await expect(send({ nonce: 0 })).rejects.toThrow("nonce too low");
  });

  it("answers each of many senders when theirs is mined", async () => {
    const { chain, reader, bob } = await start();
    const hashes = await Promise.all(
      chain.accounts.flatMap(({ address }) =>
        Array.from({ length: 10 }, (_, nonce) =>
          chain.provider
            .request({
              method: "eth_sendTransaction",
              params: [
                { from: address, to: bob.address, value: "0x1", nonce: `0x${nonce.toString(16)}` },
              ],
            })
            .then(async (hash) => {
              const receipt = await reader.getTransactionReceipt({ hash: hash as never });
              return receipt.status;
            })
            .catch((error: Error) => error.name),
        ),
      ),
    );
    // One whose predecessor was not there yet only waits; its receipt comes later.
    const known = new Set(["success", "TransactionReceiptNotFoundError"]);
    expect(hashes.filter((status) => !known.has(status))).toEqual([]);
    expect(await reader.getTransactionCount({ address: bob.address })).toBe(10);
  });

  it("starts in less than 300 ms, once its code is loaded", async () => {
    const startedMs = performance.now();
    await start();
    expect(performance.now() - startedMs).toBeLessThan(300);
  });
});
