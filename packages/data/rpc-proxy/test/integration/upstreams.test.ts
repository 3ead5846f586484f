import { createLogger } from "@ghostchain/service";
import { afterEach, describe, expect, it } from "vitest";
import type { RpcProxyOptions } from "../../src/rpc-proxy.ts";
import { FakeNode } from "../fake-node.ts";
import { countOf, gaugeOf, openProxy, type ProxyStand, until } from "../proxy-stand.ts";

const ADDRESS = `0x${"a".repeat(40)}`;
const HASH = `0x${"b".repeat(64)}`;
const BALANCE = ["eth_getBalance", [ADDRESS, "latest"]] as const;
const SEND = ["eth_sendRawTransaction", ["0x02"]] as const;

const nodes: FakeNode[] = [];
const stands: ProxyStand[] = [];
afterEach(async () => {
  for (const stand of stands.splice(0)) await stand.close();
  for (const node of nodes.splice(0)) await node.close();
});

async function node(settings: Partial<FakeNode> = {}): Promise<FakeNode> {
  const made = await FakeNode.open(settings);
  nodes.push(made);
  return made;
}

async function proxy(
  upstreams: readonly FakeNode[],
  options: Partial<RpcProxyOptions> = {},
): Promise<ProxyStand> {
  const urls = upstreams.map(({ url }) => url);
  const stand = await openProxy({ upstreams: urls, pollMs: 40, ...options });
  stands.push(stand);
  return stand;
}

describe("several upstreams", () => {
  it("are asked in turn", async () => {
    const all = [await node(), await node(), await node()];
    const { ask } = await proxy(all);
    for (let i = 0; i < 30; i++) await ask("eth_syncing");
    for (const one of all) expect(one.count("eth_syncing")).toBeGreaterThanOrEqual(8);
  });

  it("stand in for one that is down, without an error, and it comes back", async () => {
    const [one, other] = [await node(), await node()];
    const { ask, health } = await proxy([one, other]);
    await one.close();
    for (let i = 0; i < 20; i++) expect((await ask("eth_syncing")).error).toBeUndefined();
    expect(health.report().status).toBe("ready");
    await one.listen();
    const before = one.count("eth_syncing");
    await until(async () => {
      await ask("eth_syncing");
      return one.count("eth_syncing") > before;
    });
  });

  it.each([["cut"], ["hang"], [500], [503]] as const)(
    "answer a read that one of them fails with %s",
    async (trouble) => {
      const [bad, good] = [await node(), await node()];
      const { ask } = await proxy([bad, good], { limits: { requestTimeoutMs: 100 } });
      bad.mood = { trouble, of: ["eth_getBalance"] };
      for (let i = 0; i < 6; i++) {
        const answer = await ask("eth_getBalance", [`0x${`${i}`.repeat(40)}`, "latest"]);
        expect(answer.result).toContain("eth_getBalance of");
      }
    },
  );

  it("leave one alone that asks for it, until its time", async () => {
    const [busy, free] = [await node(), await node()];
    const { ask } = await proxy([busy, free]);
    busy.mood = { trouble: 429, retryAfterSeconds: 1, of: ["eth_syncing"] };
    for (let i = 0; i < 10; i++) expect((await ask("eth_syncing")).error).toBeUndefined();
    // nor by its follower, whose polls it would answer
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (let i = 0; i < 10; i++) await ask("eth_syncing");
    expect(busy.count("eth_syncing")).toBe(1);
    await until(async () => {
      await ask("eth_syncing");
      return busy.count("eth_syncing") > 1;
    });
  });

  it("are not asked for the head's state while they are behind", async () => {
    const [ahead, behind] = [await node(), await node({ head: 99 })];
    const { ask, metrics } = await proxy([behind, ahead]);
    await until(async () => (await gaugeOf(metrics, "rpc_proxy_head_number")) === 100);
    for (let i = 0; i < 10; i++) {
      const answer = await ask("eth_getBalance", [`0x${`${i}`.repeat(40)}`, "latest"]);
      expect(answer.result).toBe(`eth_getBalance of ${ahead.hashAt(100)}`);
    }
    expect(behind.count("eth_getBalance")).toBe(0);
  });

  it("are not asked at all when they are of another chain", async () => {
    const ours = await node();
    const other = await node({ chainId: 1, head: 500 });
    const wiped = await node({
      hashAt: (n) => `0x${(n + 7).toString(16).padStart(64, "e")}`,
      head: 600,
    });
    const { ask, metrics } = await proxy([ours, other, wiped], { chainId: 31337 });
    for (let i = 0; i < 12; i++) await ask("eth_syncing");
    expect(other.count("eth_syncing") + wiped.count("eth_syncing")).toBe(0);
    expect(await gaugeOf(metrics, "rpc_proxy_head_number")).toBe(100);
  });

  it("offer no filters, which one node keeps for itself", async () => {
    const [one, other] = [await node(), await node()];
    const several = await proxy([one, other]);
    expect((await several.ask("eth_newBlockFilter")).error.code).toBe(-32601);
    const alone = await proxy([one]);
    expect((await alone.ask("eth_newBlockFilter")).result).toContain("eth_newBlockFilter");
  });
});

describe("a transaction", () => {
  it.each([["cut"], ["hang"], [500]] as const)(
    "is not sent twice when it fails with %s, since it may have arrived",
    async (trouble) => {
      const all = [await node(), await node()];
      const { ask } = await proxy(all, { limits: { requestTimeoutMs: 100 } });
      for (const one of all) one.mood = { trouble, of: [SEND[0]] };
      expect((await ask(...SEND)).error.code).toBe(-32603);
      expect(all.reduce((sum, one) => sum + one.count(SEND[0]), 0)).toBe(1);
    },
  );

  it("goes to another upstream when the first cannot have got it", async () => {
    const [one, other] = [await node(), await node()];
    const { ask } = await proxy([one, other], { pollMs: 60_000 });
    await one.close();
    for (let i = 0; i < 4; i++) expect((await ask(...SEND)).error).toBeUndefined();
    expect(other.count(SEND[0])).toBe(4);
  });
});

describe("an upstream that fails", () => {
  it("is told to clients without its address or its key, and to the log without its key", async () => {
    const lines: string[] = [];
    const logger = createLogger({
      level: "debug",
      destination: { write: (line) => lines.push(line) },
    });
    const down = await node();
    const secretUrl = `http://ghost:hunter2@127.0.0.1:${down.port}/v3/0123456789abcdef?apikey=fedcba9876543210`;
    const stand = await openProxy({ upstreams: [secretUrl], pollMs: 40 }, { logger });
    stands.push(stand);
    down.results = {
      eth_gasPrice: () => {
        throw new Error(`quota of ${secretUrl} is used up (key 0123456789abcdef)`);
      },
    };
    const passedOn = await stand.ask("eth_gasPrice");
    expect(passedOn.error.message).toBe("quota of [upstream] is used up (key [upstream])");
    expect(down.authorizations.at(-1)).toBe(
      `Basic ${Buffer.from("ghost:hunter2").toString("base64")}`,
    );
    await down.close();
    await until(async () => (await stand.ask("eth_syncing")).error?.code === -32603);
    const said = JSON.stringify(await stand.ask("eth_syncing"));
    expect(said).not.toMatch(/127\.0\.0\.1|hunter2|0123456789abcdef|fedcba/);
    await until(() => stand.health.report().status === "not_ready");
    const logged = lines.join("") + JSON.stringify(stand.health.report());
    expect(logged).toContain(`127.0.0.1:${down.port}`);
    expect(logged).not.toMatch(/hunter2|0123456789abcdef|fedcba9876543210/);
  });

  it("is not waited for again once it is known to be down", async () => {
    const one = await node();
    const { ask } = await proxy([one], { limits: { requestTimeoutMs: 200 }, pollMs: 60_000 });
    one.mood = { trouble: "hang" };
    for (let i = 0; i < 3; i++) await ask("eth_syncing");
    const startMs = performance.now();
    expect((await ask("eth_syncing")).error.code).toBe(-32603);
    expect(performance.now() - startMs).toBeLessThan(100);
  });

  it("cannot fill memory with an answer", async () => {
    const one = await node({ results: { eth_getCode: () => `0x${"00".repeat(1_000_000)}` } });
    const { ask } = await proxy([one], { limits: { responseBytes: 100_000 } });
    const answer = await ask("eth_getCode", [ADDRESS, "latest"]);
    expect(answer.error).toMatchObject({ code: -32005 });
    expect((await ask("eth_syncing")).result).toBeTruthy();
  });

  it("is refused as a URL at the start, by its place and not by its text", async () => {
    await expect(openProxy({ upstreams: ["ftp://key@host/secret"] })).rejects.toMatchObject({
      fault: { code: "RPC_PROXY_UPSTREAM_URL_MALFORMED", index: 0 },
      message: expect.not.stringContaining("secret"),
    });
  });
});

describe("heads", () => {
  it("that stop to arrive end the keeping of what is true for one block", async () => {
    const one = await node();
    const { ask, metrics } = await proxy([one], { staleAfterMs: 120, pollMs: 40 });
    await ask(...BALANCE);
    await ask(...BALANCE);
    expect(await countOf(metrics, "state", "hit")).toBe(1);
    one.mood = { trouble: "hang", of: ["eth_getBlockByNumber"] };
    await new Promise((resolve) => setTimeout(resolve, 250));
    const before = one.count("eth_getBalance");
    await ask(...BALANCE);
    await ask(...BALANCE);
    expect(one.count("eth_getBalance")).toBe(before + 2);
  });

  it("of a chain that lost its finalized blocks drop what was kept for ever", async () => {
    const one = await node();
    one.results.eth_getBlockByHash = () => ({ hash: HASH, was: one.hashAt(1) });
    const { ask } = await proxy([one]);
    const first = await ask("eth_getBlockByHash", [HASH, false]);
    expect(await ask("eth_getBlockByHash", [HASH, false])).toEqual(first);
    expect(one.count("eth_getBlockByHash")).toBe(1);
    const before = one.hashAt;
    one.hashAt = (number) =>
      number === 0 ? before(0) : `0x${number.toString(16).padStart(64, "d")}`;
    one.head = 120;
    one.finalized = 110;
    await until(async () => {
      const { result } = await ask("eth_getBlockByHash", [HASH, false]);
      return result.was !== first.result.was;
    });
  });

  it.each([
    ["after it was down", true],
    ["between two polls", false],
  ] as const)(
    "of a node that came back with another chain %s show nothing of the old one",
    async (_, isSeenDown) => {
      const one = await node();
      one.results.eth_getBlockByHash = () => ({ hash: HASH, was: one.hashAt(1) });
      const { ask } = await proxy([one]);
      const first = await ask("eth_getBlockByHash", [HASH, false]);
      if (isSeenDown) {
        await one.close();
        await until(async () => (await ask("eth_syncing")).error !== undefined);
      }
      one.hashAt = (number) => `0x${number.toString(16).padStart(64, "d")}`;
      one.head = 20;
      one.finalized = 10;
      if (isSeenDown) await one.listen();
      await until(async () => {
        const { result } = await ask("eth_getBlockByHash", [HASH, false]);
        return result?.was === one.hashAt(1) && first.result.was !== one.hashAt(1);
      });
    },
  );

  it("without finality keep nothing for ever by number, unless a depth is set", async () => {
    for (const finalityDepth of [undefined, 10]) {
      const one = await node({ finalized: undefined });
      const { ask, metrics } = await proxy([one], finalityDepth ? { finalityDepth } : {});
      await until(async () => (await gaugeOf(metrics, "rpc_proxy_head_number")) === 100);
      await ask("eth_getBalance", [ADDRESS, "0x5"]);
      one.head = 101;
      await until(async () => (await gaugeOf(metrics, "rpc_proxy_head_number")) === 101);
      await ask("eth_getBalance", [ADDRESS, "0x5"]);
      expect(one.count("eth_getBalance")).toBe(finalityDepth ? 1 : 2);
    }
  });
});

describe("the same call", () => {
  it("by many at once is asked once, and each gets its own id", async () => {
    const one = await node();
    const { post, metrics } = await proxy([one]);
    const call = (id: unknown) => ({ jsonrpc: "2.0", id, method: BALANCE[0], params: BALANCE[1] });
    const ids = [...Array(50).keys()].map((index) => (index % 2 ? index : `id "${index}"`));
    const answers = await Promise.all(ids.map((id) => post(call(id))));
    expect(answers.map(({ id }) => id)).toEqual(ids);
    expect(one.count("eth_getBalance")).toBe(1);
    expect(await countOf(metrics, "state", "shared")).toBe(49);
  });

  it("goes on for the others when one of them leaves", async () => {
    const one = await node();
    const { post } = await proxy([one]);
    one.mood = { trouble: "hang", of: ["eth_getBalance"] };
    const leaving = new AbortController();
    const call = { jsonrpc: "2.0", id: 1, method: BALANCE[0], params: BALANCE[1] };
    const left = post(call, leaving.signal);
    const stays = post(call);
    leaving.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    expect(await Promise.race([stays, new Promise((r) => setTimeout(() => r("waits"), 50))])).toBe(
      "waits",
    );
    await one.close();
    await stays;
  });
});
