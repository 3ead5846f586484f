import { bytesToHex } from "@ghostchain/encoding";
import { createPublicClient, createWalletClient, http, webSocket } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { describe, expect, it, onTestFinished } from "vitest";
import { createDevChain } from "../../src/dev-chain.ts";

async function startServed() {
  const chain = await createDevChain({ rpcPort: 0 });
  onTestFinished(() => chain.stop());
  const url = chain.rpcUrl ?? "";
  const [account, other] = chain.accounts.map(({ privateKey }) =>
    privateKeyToAccount(bytesToHex(privateKey)),
  );
  if (!account || !other) throw new Error("a dev chain has accounts");
  const wallet = createWalletClient({ chain: foundry, transport: http(url), account });
  return { url, wallet, other };
}

describe("viem over sockets", () => {
  it("hears of blocks and transactions on a WebSocket", async () => {
    const { url, wallet, other } = await startServed();
    const reader = createPublicClient({
      chain: foundry,
      transport: webSocket(url.replace("http", "ws")),
    });
    const blocks: bigint[] = [];
    const pending: string[] = [];
    const stopBlocks = reader.watchBlockNumber({
      onBlockNumber: (number) => blocks.push(number),
      onError: (error) => expect.unreachable(error.message),
    });
    const stopPending = reader.watchPendingTransactions({
      onTransactions: (hashes) => pending.push(...hashes),
    });
    // Two subscriptions are on their way; an answer on the same socket comes after theirs.
    expect(await reader.getChainId()).toBe(31_337);
    const hashes = [];
    for (let sent = 0; sent < 3; sent++) {
      hashes.push(await wallet.sendTransaction({ to: other.address, value: 1n }));
    }
    await reader.getChainId();
    expect(pending).toEqual(hashes);
    expect(blocks).toEqual([1n, 2n, 3n]);
    stopBlocks();
    stopPending();
    const client = await reader.transport.getRpcClient();
    client.close();
  });

  it("batches over HTTP", async () => {
    const { url, wallet, other } = await startServed();
    const reader = createPublicClient({ chain: foundry, transport: http(url, { batch: true }) });
    const hash = await wallet.sendTransaction({ to: other.address, value: 1n });
    const [number, balance, transaction, chainId] = await Promise.all([
      reader.getBlockNumber({ cacheTime: 0 }),
      reader.getBalance({ address: other.address }),
      reader.getTransaction({ hash }),
      reader.getChainId(),
    ]);
    expect([number, balance % 10n, transaction.hash, chainId]).toEqual([1n, 1n, hash, 31_337]);
  });
});
