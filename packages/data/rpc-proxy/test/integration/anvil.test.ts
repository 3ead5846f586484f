import { findAnvil, startAnvil } from "@ghostchain/tools/anvil";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RpcProxyOptions } from "../../src/rpc-proxy.ts";
import {
  askDirectly,
  countOf,
  gaugeOf,
  openProxy,
  type ProxyStand,
  until,
} from "../proxy-stand.ts";

const binary = findAnvil();
const ALICE = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BOB = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

describe.skipIf(!binary && !process.env.CI)("the proxy before anvil", () => {
  let anvil: { url: string; stop: () => Promise<void> };
  const opened: ProxyStand[] = [];

  beforeAll(async () => {
    anvil = await startAnvil(binary ?? "", ["--no-mining"]);
  });
  afterAll(async () => {
    for (const { close } of opened) await close();
    await anvil.stop();
  });

  async function open(options: Partial<RpcProxyOptions> = {}): Promise<ProxyStand> {
    const stand = await openProxy({
      upstreams: [anvil.url],
      chainId: 31337,
      pollMs: 50,
      ...options,
    });
    opened.push(stand);
    return stand;
  }

  it("answers as anvil does, and the second time from what it has", async () => {
    const { ask, metrics } = await open();
    const direct = await askDirectly(anvil.url, "eth_getBlockByNumber", ["latest", true]);
    const first = await ask("eth_getBlockByNumber", ["latest", true]);
    const second = await ask("eth_getBlockByNumber", ["latest", true]);
    expect(first.result).toEqual(direct);
    expect(second).toEqual(first);
    expect(await countOf(metrics, "state", "hit")).toBe(1);
    expect(await countOf(metrics, "state", "miss")).toBe(1);
  });

  it.each(["http", "ws"])(
    "shows a new block's state as soon as it shows the block (%s)",
    async (scheme) => {
      const { ask } = await open({ upstreams: [anvil.url.replace("http", scheme)] });
      for (let round = 0; round < 5; round++) {
        const before = await ask("eth_getBalance", [BOB, "latest"]);
        const sent = await askDirectly(anvil.url, "eth_sendTransaction", [
          { from: ALICE, to: BOB, value: "0x1" },
        ]);
        await askDirectly(anvil.url, "evm_mine", []);
        let receipt: { blockNumber: string } | null = null;
        while (receipt === null) {
          receipt = (await ask("eth_getTransactionReceipt", [sent])).result;
        }
        // whoever saw the receipt must not see what was before it
        const after = await ask("eth_getBalance", [BOB, "latest"]);
        expect(BigInt(after.result)).toBe(BigInt(before.result) + 1n);
        expect(BigInt((await ask("eth_blockNumber")).result)).toBeGreaterThanOrEqual(
          BigInt(receipt.blockNumber),
        );
      }
    },
  );

  it("keeps what is finalized past the next block, and nothing else", async () => {
    const { ask, metrics } = await open();
    await askDirectly(anvil.url, "anvil_mine", ["0x64"]);
    await until(async () => BigInt((await ask("eth_blockNumber")).result) >= 100n);
    await until(async () => (await gaugeOf(metrics, "rpc_proxy_head_number")) >= 100);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const counted = () => countOf(metrics, "state", "hit");
    await ask("eth_getBalance", [BOB, "0x5"]);
    await ask("eth_getBalance", [BOB, "0x60"]);
    const head = await gaugeOf(metrics, "rpc_proxy_head_number");
    await askDirectly(anvil.url, "evm_mine", []);
    await until(async () => (await gaugeOf(metrics, "rpc_proxy_head_number")) > head);
    const before = await counted();
    await ask("eth_getBalance", [BOB, "0x5"]);
    expect(await counted()).toBe(before + 1);
    await ask("eth_getBalance", [BOB, "0x60"]);
    expect(await counted()).toBe(before + 1);
  });

  it("passes on what a call reverted with", async () => {
    const { ask } = await open();
    // PUSH1 4 PUSH1 28 REVERT after storing 0xdeadbeef
    const code = "0x63deadbeef60005260046000601c90fd".replace("6000601c90", "601c");
    await askDirectly(anvil.url, "anvil_setCode", [BOB, code]);
    const answer = await ask("eth_call", [{ to: BOB }, "latest"]);
    expect(answer.error).toMatchObject({ code: 3, data: "0xdeadbeef" });
    await askDirectly(anvil.url, "anvil_setCode", [BOB, "0x"]);
  });
});
