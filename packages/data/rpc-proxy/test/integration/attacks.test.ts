import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RpcProxyOptions } from "../../src/rpc-proxy.ts";
import { FakeNode } from "../fake-node.ts";
import { openProxy, type ProxyStand, request } from "../proxy-stand.ts";

const ADDRESS = `0x${"a".repeat(40)}`;
const HASH = `0x${"b".repeat(64)}`;

let node: FakeNode;
let stand: ProxyStand;
const opened: ProxyStand[] = [];

beforeAll(async () => {
  node = await FakeNode.open();
  stand = await openProxy({
    upstreams: [node.url],
    limits: { logRangeBlocks: 50, perMinute: { light: 1e6, state: 1e6, heavy: 1e6, write: 1e6 } },
  });
});
beforeEach(() => {
  node.calls.length = 0;
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await stand.close();
  await node.close();
});

async function open(options: Partial<RpcProxyOptions>): Promise<ProxyStand> {
  const made = await openProxy({ upstreams: [node.url], ...options });
  opened.push(made);
  return made;
}

/** What reached the node, polls for heads apart. */
function reached(): string[] {
  return node.calls.map(({ method }) => method).filter((name) => name !== "eth_getBlockByNumber");
}

describe("JSON-RPC attacks", () => {
  it("a batch over the limit is refused as a whole", async () => {
    const batch = Array.from({ length: 101 }, (_, id) =>
      JSON.parse(request("eth_syncing", [], id)),
    );
    expect((await stand.post(batch)).error).toMatchObject({ code: -32600 });
    expect((await stand.post([])).error).toMatchObject({ code: -32600 });
    expect(reached()).toEqual([]);
    expect(await stand.post(batch.slice(1))).toHaveLength(100);
  });

  it("a batch whose answers add up is cut at the limit of one answer", async () => {
    node.results.eth_getCode = () => `0x${"00".repeat(10_000)}`;
    const { post } = await open({ limits: { responseBytes: 50_000 } });
    const batch = Array.from({ length: 10 }, (_, id) =>
      JSON.parse(request("eth_getCode", [`0x${`${id}`.repeat(40)}`, "latest"], id)),
    );
    const answers = await post(batch);
    expect(answers.filter((answer: { result?: string }) => answer.result)).toHaveLength(2);
    expect(answers.at(-1).error.code).toBe(-32005);
    delete node.results.eth_getCode;
  });

  it.each([
    ["0x0", "latest"],
    ["earliest", undefined],
    ["0x0", "0x33"],
    ["0x0", "0xffffffffffffffff"],
  ])("a huge eth_getLogs range %s to %s never reaches the node", async (fromBlock, toBlock) => {
    const { error } = await stand.ask("eth_getLogs", [{ fromBlock, toBlock }]);
    expect(error).toMatchObject({ code: -32005, message: expect.stringContaining("at most 50") });
    expect(reached()).toEqual([]);
  });

  it("an eth_getLogs range at the limit is answered, and so is one that runs backwards", async () => {
    expect(
      (await stand.ask("eth_getLogs", [{ fromBlock: "0x1", toBlock: "0x32" }])).result,
    ).toBeTruthy();
    expect(
      (await stand.ask("eth_getLogs", [{ fromBlock: "0x32", toBlock: "0x1" }])).result,
    ).toBeTruthy();
    expect((await stand.ask("eth_getLogs", [{ blockHash: HASH }])).result).toBeTruthy();
  });

  it("an eth_call with gas over the cap never reaches the node", async () => {
    const call = { to: ADDRESS, gas: "0x2faf081" };
    expect((await stand.ask("eth_call", [call, "latest"])).error.code).toBe(-32005);
    expect((await stand.ask("eth_estimateGas", [{ ...call, gas: "lots" }])).error.code).toBe(
      -32602,
    );
    expect(reached()).toEqual([]);
    expect(
      (await stand.ask("eth_call", [{ to: ADDRESS, gas: "0x2faf080" }, "latest"])).result,
    ).toBeTruthy();
  });
});

describe("malformed calls", () => {
  it("deep recursion is refused before it is parsed", async () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    const startMs = performance.now();
    expect((await stand.post(deep)).error).toMatchObject({ code: -32600 });
    const nested = `{"jsonrpc":"2.0","id":1,"method":"eth_call","params":${deep}}`;
    expect((await stand.post(nested)).error).toMatchObject({ code: -32600 });
    expect(performance.now() - startMs).toBeLessThan(1_000);
    expect(reached()).toEqual([]);
  });

  it.each([
    ["eth_getBalance", ["0xzz", "latest"]],
    ["eth_getBalance", [ADDRESS, "0x"]],
    ["eth_getBalance", [ADDRESS, "0xg"]],
    ["eth_getBalance", [ADDRESS, "newest"]],
    ["eth_getBalance", [ADDRESS, 5]],
    ["eth_getBalance", [ADDRESS, { blockHash: "0x12" }]],
    ["eth_getBalance", [ADDRESS, { blockHash: HASH, blockNumber: "0x1" }]],
    ["eth_getBalance", []],
    ["eth_getBlockByNumber", ["0x10000000000000000", false]],
    ["eth_getBlockByHash", [`${HASH}0`, false]],
    ["eth_getTransactionReceipt", [HASH.slice(0, -1)]],
    ["eth_getLogs", [{ fromBlock: "0xq" }]],
    ["eth_getLogs", ["0x1"]],
    ["eth_sendRawTransaction", ["0x123"]],
    ["eth_call", ["0x", "latest"]],
  ])("invalid hex in %s %j never reaches the node", async (method, params) => {
    expect((await stand.ask(method, params)).error).toMatchObject({ code: -32602 });
    expect(reached()).toEqual([]);
  });
});

describe("methods and texts that nobody may send", () => {
  it.each([
    ...["debug_traceTransaction", "admin_peers", "anvil_setBalance", "hardhat_reset", "evm_mine"],
    ...["personal_unlockAccount", "eth_sign", "eth_signTransaction", "eth_signTypedData_v4"],
    ...["eth_accounts", "eth_sendTransaction", "txpool_content", "eth_subscribe", "miner_start"],
    ...["__proto__", "constructor", "toString", "", "eth_", "ETH_CALL", "eth_call "],
  ])("the method %j is off", async (method) => {
    expect((await stand.ask(method)).error).toMatchObject({ code: -32601 });
    expect(reached()).toEqual([]);
  });

  it("dev methods are let through where they are switched on, and then nothing is kept", async () => {
    const dev = await open({ devMethods: true });
    expect((await dev.ask("anvil_setBalance", [ADDRESS, "0x1"])).result).toBeTruthy();
    const careful = await open({ cache: "off" });
    expect((await careful.ask("anvil_setBalance", [ADDRESS, "0x1"])).error.code).toBe(-32601);
    for (const one of [dev, careful]) {
      for (const block of ["latest", "latest", "0x1", "0x1"]) {
        await one.ask("eth_getBalance", [ADDRESS, block]);
      }
    }
    expect(node.count("eth_getBalance")).toBe(8);
  });

  it("prototype pollution in a call changes nobody", async () => {
    await stand.post(
      '{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"__proto__":{"gas":"0x1"}},"latest"]}',
    );
    expect(Object.prototype).not.toHaveProperty("gas");
  });

  it("any text is answered as JSON-RPC answers, and never with more than it asked", async () => {
    const piece = fc.constantFrom(
      ...[
        '{"jsonrpc":"2.0",',
        '"id":1',
        '"method":"eth_call"',
        '"params":[',
        "]",
        "}",
        "[",
        ",",
        "null",
      ],
      ...['"\\ud800"', "1e999", "-0", '{"__proto__":1}', "\u0000"],
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(piece).map((parts) => parts.join("")),
    );
    await fc.assert(
      fc.asyncProperty(text, async (body) => {
        const answer = await stand.post(body);
        for (const one of Array.isArray(answer) ? answer : [answer]) {
          if (one !== undefined)
            expect(one).toMatchObject({
              jsonrpc: "2.0",
              id: expect.toSatisfy((id) => id !== undefined),
            });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("a flood", () => {
  const perMinute = { light: 5, state: 5, heavy: 2, write: 1 };

  it("is cut for the one who sends it, by what its calls cost, and for nobody else", async () => {
    const { ask } = await open({ limits: { perMinute } });
    const call = (index: number) =>
      ["eth_call", [{ to: ADDRESS, data: `0x0${index}` }, "latest"]] as const;
    const codes: unknown[] = [];
    for (let i = 0; i < 4; i++) codes.push((await ask(...call(i))).error?.code);
    expect(codes).toEqual([undefined, undefined, -32005, -32005]);
    expect(node.count("eth_call")).toBe(2);
    expect((await ask("eth_getBalance", [ADDRESS, "latest"])).result).toBeTruthy();
    expect((await ask(...call(9), { key: "address:other" })).result).toBeTruthy();
  });

  it("of what is kept, or refused, is counted too", async () => {
    const { ask } = await open({ limits: { perMinute } });
    const codes: unknown[] = [];
    for (let i = 0; i < 7; i++) codes.push((await ask("admin_peers")).error.code);
    expect(codes).toEqual([...Array(5).fill(-32601), -32005, -32005]);
    const kept = await open({ limits: { perMinute } });
    const outcomes: unknown[] = [];
    for (let i = 0; i < 8; i++) {
      outcomes.push((await kept.ask("eth_getBalance", [ADDRESS, "latest"])).error?.code);
    }
    expect(outcomes).toEqual([...Array(6).fill(undefined), -32005, -32005]);
  });

  it("in one batch is charged call by call", async () => {
    const { post } = await open({ limits: { perMinute } });
    const batch = [1, 2, 3].map((id) =>
      JSON.parse(request("eth_getLogs", [{ blockHash: HASH }, id], id)),
    );
    const answers = await post(batch);
    expect(answers.map((answer: { error?: { code: number } }) => answer.error?.code)).toEqual([
      ...[undefined, undefined, -32005],
    ]);
  });

  it("of slow calls waits in a queue that has an end", async () => {
    const { ask } = await open({ limits: { concurrency: 2, queue: 3, requestTimeoutMs: 150 } });
    node.mood = { trouble: "hang", of: ["eth_getStorageAt"] };
    const all = Array.from({ length: 8 }, (_, index) =>
      ask("eth_getStorageAt", [ADDRESS, `0x${index}`, "latest"]),
    );
    const codes = (await Promise.all(all)).map(({ error }) => error.code);
    node.mood = {};
    expect(codes.filter((code) => code === -32005)).toHaveLength(3);
    expect(codes.filter((code) => code === -32603)).toHaveLength(5);
  });

  it("cannot send while budgets cannot be counted, and can read", async () => {
    const failing = {
      budget: () => ({
        take: async () => {
          throw new Error("the store is gone");
        },
      }),
    };
    const down = await openProxy({ upstreams: [node.url] }, { rateLimits: failing });
    opened.push(down);
    expect((await down.ask("eth_sendRawTransaction", ["0x02"])).error.code).toBe(-32005);
    expect(node.count("eth_sendRawTransaction")).toBe(0);
    expect((await down.ask("eth_getBalance", [ADDRESS, "latest"])).result).toBeTruthy();
  });
});
