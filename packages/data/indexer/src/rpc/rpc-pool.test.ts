import { createMetrics, createSilentLogger, FakeClock, systemClock } from "@ghostchain/service";
import { beforeEach, describe, expect, it } from "vitest";
import { FakeChain } from "../../test/support/fake-chain.ts";
import { RpcMember } from "../../test/support/rpc-member.ts";
import type { IndexerError } from "../indexer-error.ts";
import { EndpointHealth } from "./endpoint-health.ts";
import { openPool } from "./open-pool.ts";
import type { Eip1193Provider } from "./provider-connection.ts";
import type { RpcEndpoint } from "./rpc-endpoint.ts";
import { createRpcMetrics } from "./rpc-metrics.ts";
import type { RpcPool } from "./rpc-pool.ts";

let chain: FakeChain;
let clock: FakeClock;
beforeEach(() => {
  chain = new FakeChain();
  for (let i = 0; i < 5; i++) chain.mine([]);
  clock = new FakeClock(1_000);
});

function poolOf(rpc: readonly (string | Eip1193Provider)[], timers = clock): RpcPool {
  const deps = { clock: timers, logger: createSilentLogger(), random: () => 0.5 };
  return openPool(deps, { name: "main", rpc, rpcLimits: { timeoutMs: 200 } });
}

function members(count: number): RpcMember[] {
  return Array.from({ length: count }, () => new RpcMember(chain));
}

const askNumber = ({ index, connection }: RpcEndpoint) =>
  connection.request("eth_getBlockByNumber", ["0x1", false]).then(() => index);

describe("RpcPool", () => {
  it("moves a request to the next endpoint when one errs, and leaves that alone for a while", async () => {
    const [bad, good] = [new RpcMember(chain, { errs: 1 }), new RpcMember(chain)];
    const pool = poolOf([bad, good]);
    expect(await pool.use(askNumber)).toBe(1);
    const asked = bad.asked;
    expect(await pool.use(askNumber)).toBe(1);
    expect(bad.asked).toBe(asked);
    expect(pool.trouble).toBe("this process is resting: a bad moment");
  });

  it("goes back to the endpoint that came back, when the other fails", async () => {
    const [first, second] = members(2);
    if (!first || !second) throw new Error("there are two");
    const pool = poolOf([first, second]);
    first.manner.errs = 1;
    await pool.use(askNumber);
    first.manner.errs = 0;
    second.manner.errs = 1;
    await clock.advance(1_000);
    expect(await pool.use(askNumber)).toBe(0);
  });

  it("names every endpoint and why, and no credentials, when all are down", async () => {
    const urls = ["http://me:secret@127.0.0.1:1/v2/secret", "ws://127.0.0.1:2/secret"];
    const pool = poolOf(urls);
    const error = await pool.use(askNumber).catch((e: unknown) => e);
    expect(error).toMatchObject({
      fault: {
        code: "INDEXER_SOURCE_UNREACHABLE",
        where: "http://127.0.0.1:1, ws://127.0.0.1:2",
        reason: expect.stringMatching(/^http:\/\/127\.0\.0\.1:1: .+; ws:\/\/127\.0\.0\.1:2: .+/),
      },
    });
    expect(String(error) + JSON.stringify((error as IndexerError).fault)).not.toContain("secret");
    pool.close();
  });

  it("asks another beside one that does not answer, without waiting until it is given up", async () => {
    const [slow, fast] = [new RpcMember(chain, { hangs: 1 }), new RpcMember(chain)];
    const deps = { clock: systemClock, logger: createSilentLogger() };
    const pool = openPool(deps, { name: "main", rpc: [slow, fast] });
    const startMs = performance.now();
    expect(await pool.use(askNumber, { hedge: true })).toBe(1);
    expect(performance.now() - startMs).toBeLessThan(3_000);
    expect(await pool.use(askNumber)).toBe(1);
    pool.close();
  });
});

describe("RpcPool, of endpoints of several chains,", () => {
  it("leaves out an endpoint of another chain, says which and why, and takes it back when it is not", async () => {
    const stranger = new RpcMember(chain, { chainId: "0x1" });
    const pool = poolOf([stranger, ...members(2)]);
    expect((await pool.identify(undefined)).chainId).toBe(31_337n);
    const asked = stranger.asked;
    for (let i = 0; i < 5; i++) expect(await pool.use(askNumber)).not.toBe(0);
    expect(stranger.asked).toBe(asked);
    expect(pool.trouble).toContain("this process is of chain 1 (genesis 0x");
    stranger.manner.chainId = undefined;
    await pool.identify(undefined);
    expect(pool.trouble).toBeUndefined();
  });

  it("is of the chain it was of before, though most endpoints are of another", async () => {
    const strangers = [1, 2].map(() => new RpcMember(chain, { chainId: "0x1" }));
    const ours = new RpcMember(chain);
    const pool = poolOf([...strangers, ours]);
    const before = await poolOf([ours]).identify(undefined);
    expect(await pool.identify(before)).toEqual(before);
    expect(await pool.use(askNumber)).toBe(2);
  });

  it("asks an endpoint again what chain it is of after it was away", async () => {
    const [first, second] = members(2);
    if (!first || !second) throw new Error("there are two");
    const pool = poolOf([first, second]);
    await pool.identify(undefined);
    second.manner.errs = 1;
    first.manner.errs = 1;
    await expect(pool.use(askNumber)).rejects.toMatchObject({ code: "INDEXER_SOURCE_REFUSED" });
    first.manner = { ...first.manner, errs: 0, chainId: "0x1" };
    second.manner.errs = 0;
    await clock.advance(5_000);
    expect(await pool.use(askNumber)).toBe(1);
    expect(pool.trouble).toContain("of chain 1");
  });
});

describe("RpcPool, which endpoint it asks,", () => {
  it("prefers an endpoint that is at the head to one that lags", async () => {
    const [behind, ahead] = [new RpcMember(chain, { lag: 4 }), new RpcMember(chain)];
    const pool = poolOf([behind, ahead]);
    await pool.identify(undefined);
    expect(await pool.use(askNumber)).toBe(1);
  });

  it("gives an endpoint that asked for it a pause, and goes on after it", async () => {
    let asked = 0;
    const busy: Eip1193Provider = {
      request: async () => {
        asked += 1;
        throw Object.assign(new Error("rate limit reached"), { code: 429 });
      },
    };
    const pool = poolOf([busy]);
    await expect(pool.use(askNumber)).rejects.toMatchObject({ code: "INDEXER_SOURCE_BUSY" });
    const again = pool.use(askNumber).catch((error: unknown) => error);
    await clock.advance(900);
    expect(asked).toBe(1);
    await clock.advance(200);
    expect(await again).toMatchObject({ code: "INDEXER_SOURCE_BUSY" });
    expect(asked).toBe(2);
  });

  it("throws our own mistakes at once, and blames nobody for them", async () => {
    const pool = poolOf(members(2));
    const broken = pool.use(async () => {
      throw new TypeError("a bug");
    });
    await expect(broken).rejects.toThrow(TypeError);
    expect(pool.trouble).toBeUndefined();
  });

  it("counts what it asks of each", async () => {
    const registry = createMetrics({ processMetrics: false });
    const metrics = createRpcMetrics(registry);
    const rpc = [new RpcMember(chain, { errs: 1 }), new RpcMember(chain)];
    const pool = openPool({ clock, logger: createSilentLogger(), metrics }, { name: "main", rpc });
    await pool.use(askNumber);
    const text = await registry.metrics();
    expect(text).toMatch(
      /indexer_rpc_requests_total\{chain="main",endpoint="0",outcome="refused"\} [12]/,
    );
    expect(text).toContain('indexer_rpc_score{chain="main",endpoint="0"} 0');
    expect(text).toMatch(/indexer_rpc_score\{chain="main",endpoint="1"\} 0\.\d/);
  });
});

describe("EndpointHealth", () => {
  it("rests twice as long after each failure, up to half a minute, and not at all once it answers", () => {
    const health = new EndpointHealth();
    const rests = Array.from({ length: 12 }, () => {
      const now = health.goodAtMs;
      health.failed(now, 0.5, "down");
      return health.goodAtMs - now;
    });
    expect(rests.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(Math.max(...rests)).toBe(30_000);
    const [before, now] = [health.standing(health.goodAtMs - 1), health.goodAtMs - 1];
    health.succeeded();
    expect([before, health.standing(now)]).toEqual(["resting", "good"]);
  });

  it("counts failures that were under way together once", () => {
    const health = new EndpointHealth();
    for (let i = 0; i < 5; i++) health.failed(1_000, 0.5, "down");
    expect(health.goodAtMs).toBe(1_100);
  });

  it("keeps a liar away for longer each time, whatever it answers meanwhile", () => {
    const health = new EndpointHealth();
    health.lied(0, "a lie");
    health.succeeded();
    expect(health.standing(1_999)).toBe("quarantined");
    expect(health.standing(2_000)).toBe("good");
    health.lied(2_000, "another");
    expect(health.standing(5_999)).toBe("quarantined");
    for (let i = 0; i < 20; i++) health.lied(health.goodAtMs, "more");
    const now = health.goodAtMs;
    health.lied(now, "more");
    expect(health.goodAtMs - now).toBe(600_000);
  });

  it("costs more the slower, the more it errs and the further it is behind", () => {
    const cost = (change: (health: EndpointHealth) => void) => {
      const health = new EndpointHealth();
      health.head = 100n;
      change(health);
      return health.costMs(100n);
    };
    const usual = cost(() => {});
    expect(cost((health) => health.answeredIn(500))).toBeGreaterThan(usual);
    expect(cost((health) => health.wasBehind(0, "behind"))).toBeGreaterThan(usual);
    expect(
      cost((health) => {
        health.head = 90n;
      }),
    ).toBeGreaterThan(usual + 100);
  });
});
