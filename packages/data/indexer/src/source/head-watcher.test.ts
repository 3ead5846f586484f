import {
  createMetrics,
  createSilentLogger,
  FakeClock,
  type Metrics,
  systemClock,
} from "@ghostchain/service";
import { afterEach, describe, expect, it } from "vitest";
import { FakeChain, NO_FAULTS } from "../../test/support/fake-chain.ts";
import { RpcMember } from "../../test/support/rpc-member.ts";
import { sourceOf } from "../../test/support/source-of.ts";
import type { Eip1193Provider } from "../rpc/provider-connection.ts";
import { createRpcMetrics } from "../rpc/rpc-metrics.ts";
import { HeadWatcher } from "./head-watcher.ts";

const logger = createSilentLogger();
/** Never within a test. */
const POLL_MS = 60_000;

let watcher: HeadWatcher;
afterEach(() => watcher.close());

function watch(rpc: readonly Eip1193Provider[], pollMs = POLL_MS) {
  const registry = createMetrics({ processMetrics: false });
  const source = sourceOf(rpc);
  const metrics = createRpcMetrics(registry);
  watcher = new HeadWatcher({ source, clock: systemClock, logger, metrics }, pollMs);
  return { watcher, registry, source };
}

function next(): Promise<bigint> {
  return watcher.next(AbortSignal.timeout(3_000)).then(({ number }) => number);
}

/** Until every endpoint pushes. */
async function begin(registry: Metrics, endpoints: number): Promise<void> {
  expect(await next()).toBe(0n);
  const pushing = async () => (await registry.metrics()).match(/kind="newHeads"\} 1/g)?.length;
  await expect.poll(pushing).toBe(endpoints);
}

/** Subscribes like any other, and then says nothing. */
function silent(chain: FakeChain): Eip1193Provider {
  return { request: (asked) => chain.request(asked), on: () => {} };
}

describe("HeadWatcher", () => {
  it.each([
    { kind: "realtime", chain: () => new FakeChain({ realtime: true }) },
    { kind: "newHeads", chain: () => new FakeChain() },
    { kind: "polling", chain: () => new FakeChain({ pushes: false }) },
    { kind: "polling", chain: () => new RpcMember(new FakeChain()) },
  ])("finds out that new blocks are heard of by $kind", async ({ kind, chain }) => {
    const { registry } = watch([chain()], 20);
    await next();
    await next();
    const text = await registry.metrics();
    for (const each of ["realtime", "newHeads", "polling"])
      expect(text).toContain(
        `indexer_source_kind{chain="main",endpoint="0",kind="${each}"} ${each === kind ? 1 : 0}`,
      );
  });

  it("is woken by the first mini-block of the next block when the head itself is not pushed", async () => {
    const chain = new FakeChain({ realtime: true });
    watch([chain]);
    expect(await next()).toBe(0n);
    chain.pushMiniBlock(0);
    const heard = next();
    chain.faults = { ...NO_FAULTS, push: 1 };
    chain.mine([]);
    for (let index = 0; index < 3; index++) chain.pushMiniBlock(index);
    expect(await heard).toBe(1n);
  });

  it("does not ask for a head that is pushed with its mini-blocks", async () => {
    const chain = new FakeChain({ realtime: true });
    watch([chain]);
    await next();
    const asked = () => chain.asked.get("eth_getBlockByNumber");
    const before = asked();
    for (let block = 1n; block <= 20n; block++) {
      chain.pushMiniBlock(0);
      chain.mine([]);
      expect(await next()).toBe(block);
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(asked()).toBe(before);
  });
});

describe("HeadWatcher of several endpoints", () => {
  it("hands a block on once, whoever tells of it first", async () => {
    // From the same seed they are the same chain.
    const [first, second] = [new FakeChain({ seed: 3 }), new FakeChain({ seed: 3 })];
    await begin(watch([first, second]).registry, 2);
    second.mine([]);
    expect(await next()).toBe(1n);
    first.mine([]);
    second.mine([]);
    expect(await next()).toBe(2n);
    first.mine([]);
    first.mine([]);
    expect(await next()).toBe(3n);
  });

  it("hears of blocks from the others when a subscription is dead", async () => {
    const [live, dead] = [new FakeChain({ seed: 4 }), new FakeChain({ seed: 4 })];
    await begin(watch([silent(dead), live]).registry, 2);
    live.mine([]);
    expect(await next()).toBe(1n);
  });

  it("does not hear one that was caught lying", async () => {
    const [honest, liar] = [new FakeChain({ seed: 5 }), new FakeChain({ seed: 5 })];
    const { source, registry } = watch([honest, liar]);
    await begin(registry, 2);
    const [, endpoint] = source.pool.endpoints;
    endpoint?.health.lied(Date.now(), "a lie");
    liar.mine([], [], []);
    honest.mine([]);
    expect(await next()).toBe(1n);
  });

  it("asks all who do not push, so that one that stands still hides nothing", async () => {
    const chain = new FakeChain({ pushes: false });
    const [stuck, live] = [new RpcMember(chain), new RpcMember(chain)];
    watch([stuck, live], 20);
    await next();
    for (let i = 0; i < 5; i++) chain.mine([]);
    stuck.manner.lag = 5;
    await expect.poll(next, { timeout: 5_000 }).toBe(5n);
  });
});

describe("HeadWatcher of a subscription that dies without a word", () => {
  it("finds out by asking, and subscribes again", async () => {
    const chain = new FakeChain();
    let subscribed = 0;
    const dead: Eip1193Provider = {
      request: (asked) => {
        if (asked.method === "eth_subscribe") subscribed += 1;
        return chain.request(asked);
      },
      on: () => {},
    };
    const clock = new FakeClock(1_000);
    watcher = new HeadWatcher({ source: sourceOf([dead], { clock }), clock, logger }, 100);
    const seen: bigint[] = [];
    for (let i = 0; i < 8; i++) {
      const heard = next();
      await new Promise((resolve) => setTimeout(resolve, 5));
      await clock.advance(2_000);
      seen.push(await heard);
      chain.mine([]);
    }
    expect(seen.at(-1)).toBeGreaterThanOrEqual(6n);
    // Mini-blocks and heads, at least twice each.
    expect(subscribed).toBeGreaterThanOrEqual(4);
  });
});
