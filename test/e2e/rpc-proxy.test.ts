import { bytesToHex } from "@ghostchain/encoding";
import { createDevChain, type DevChain } from "@ghostchain/node";
import { createMemoryLimits } from "@ghostchain/rate-limit";
import { createRpcProxy, type RpcProxy } from "@ghostchain/rpc-proxy";
import { createMetrics, createSilentLogger, Health, systemClock } from "@ghostchain/service";
import {
  createPublicClient,
  createWalletClient,
  custom,
  type EIP1193RequestFn,
  parseEther,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const SIGNAL = new AbortController().signal;
const BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const ROUNDS = 15;

describe.each(["in process", "over HTTP", "over WebSocket"])(
  "the proxy before our node, %s",
  (way) => {
    let chain: DevChain;
    let proxy: RpcProxy;
    const metrics = createMetrics({ processMetrics: false });

    beforeAll(async () => {
      chain = await createDevChain({ rpcPort: 0 });
      const url = chain.rpcUrl ?? "";
      const ways = { "in process": chain.provider, "over HTTP": url };
      const upstream = ways[way as keyof typeof ways] ?? url.replace("http", "ws");
      const parts = { clock: systemClock, logger: createSilentLogger(), health: new Health() };
      proxy = createRpcProxy(
        { ...parts, metrics, rateLimits: createMemoryLimits(parts) },
        { upstreams: [upstream], chainId: 31337, pollMs: 200 },
      );
      await proxy.start(SIGNAL);
    });
    afterAll(async () => {
      await proxy.stop();
      await chain.stop();
    });

    const request = (async ({ method, params = [] }: { method: string; params?: unknown }) => {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
      const { body: text = "" } = await proxy.handle(body, { key: "address:e2e" }, SIGNAL);
      const { result, error } = JSON.parse(text);
      if (error) throw Object.assign(new Error(error.message), error);
      return result;
    }) as EIP1193RequestFn;

    it("shows who sent a transaction what it did, at once and every time", async () => {
      const [alice] = chain.accounts;
      if (!alice) throw new Error("a dev chain has accounts");
      const client = createPublicClient({ transport: custom({ request }), pollingInterval: 5 });
      const account = privateKeyToAccount(bytesToHex(alice.privateKey));
      const wallet = createWalletClient({ account, transport: custom({ request }) });
      for (let round = 0; round < ROUNDS; round++) {
        const before = await client.getBalance({ address: BOB });
        const hash = await wallet.sendTransaction({
          ...{ chain: null, to: BOB, value: parseEther("1"), gas: 21_000n },
          nonce: await client.getTransactionCount({
            address: account.address,
            blockTag: "pending",
          }),
        });
        const receipt = await client.waitForTransactionReceipt({ hash });
        expect(await client.getBalance({ address: BOB })).toBe(before + parseEther("1"));
        expect(await request({ method: "eth_blockNumber" })).toBe(
          `0x${receipt.blockNumber.toString(16)}`,
        );
      }
    });

    it("answers as the node does, first and from what it keeps", async () => {
      const calls = [
        ["eth_chainId", []],
        ["net_version", []],
        ["eth_gasPrice", []],
        ["eth_feeHistory", ["0x5", "latest", [50]]],
        ["eth_getLogs", [{ fromBlock: "0x0", toBlock: "latest" }]],
        ["eth_getBalance", [BOB, "0x1"]],
        ["eth_getProof", [BOB, ["0x0"], "latest"]],
        ["eth_estimateGas", [{ from: BOB, to: BOB, value: "0x1" }, "latest"]],
        ...[..."0123"].map((n) => ["eth_getBlockByNumber", [`0x${n}`, true]] as const),
        ...[..."0123"].map((n) => ["eth_getBlockReceipts", [`0x${n}`]] as const),
      ] as const;
      for (const [method, params] of [...calls, ...calls]) {
        const direct = await chain.provider.request({ method, params });
        expect(await request({ method, params } as never), method).toEqual(direct);
      }
      const counted = await metrics.getSingleMetric("rpc_proxy_requests_total")?.get();
      const hits = counted?.values.filter(({ labels }) => labels.outcome === "hit") ?? [];
      expect(hits.reduce((sum, { value }) => sum + value, 0)).toBeGreaterThan(calls.length - 1);
    });
  },
);
