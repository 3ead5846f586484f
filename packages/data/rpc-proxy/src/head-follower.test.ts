import { createSilentLogger, FakeClock } from "@ghostchain/service";
import { describe, expect, it } from "vitest";
import { ChainView } from "./chain-view.ts";
import { HeadFollower } from "./head-follower.ts";
import type { Upstream, UpstreamAnswer } from "./upstream/upstream.ts";
import { UpstreamHealth } from "./upstream/upstream-health.ts";

const SIGNAL = new AbortController().signal;
const hashOf = (number: number) => `0x${number.toString(16).padStart(64, "0")}`;
const header = (number: number) => ({ number: `0x${number.toString(16)}`, hash: hashOf(number) });
const result = (value: unknown): UpstreamAnswer => ({
  ...{ kind: "result", text: JSON.stringify(value), value },
});

/** An upstream that pushes when it is told to, and whose answer to `latest` can be held back. */
class PushingNode implements Upstream {
  readonly where = "a test";
  head = 10;
  push: (header: unknown) => void = () => {};
  lose: () => void = () => {};
  subscriptions = 0;
  #held: (() => void)[] | undefined;

  async request(method: string, params: readonly unknown[]): Promise<UpstreamAnswer> {
    if (method === "eth_chainId") return result("0x1");
    if (params[0] !== "latest") return result(header(params[0] === "finalized" ? 5 : 0));
    const answer = result(header(this.head));
    await new Promise<void>((resolve) => {
      if (this.#held) this.#held.push(resolve);
      else resolve();
    });
    return answer;
  }

  async subscribeHeads(onHead: (header: unknown) => void, onLost: () => void) {
    this.subscriptions += 1;
    this.push = onHead;
    this.lose = onLost;
    return () => {};
  }

  hold(): () => void {
    const held: (() => void)[] = [];
    this.#held = held;
    return () => {
      this.#held = undefined;
      for (const go of held) go();
    };
  }

  close(): void {}
}

function setUp() {
  const upstream = new PushingNode();
  const view = new ChainView(1, 60_000);
  const clock = new FakeClock();
  const follower = new HeadFollower(
    {
      ...{ index: 0, upstream, view, clock, logger: createSilentLogger() },
      health: new UpstreamHealth(() => {}),
      onIdentity: () => undefined,
      onFinalityBroken: () => {},
    },
    { pollMs: 1_000, finalityDepth: undefined },
  );
  return { upstream, view, clock, follower };
}

describe("HeadFollower", () => {
  it("takes a head that is pushed at once", async () => {
    const { upstream, view, follower } = setUp();
    await follower.poll(SIGNAL);
    expect(view.head?.number).toBe(10);
    upstream.push(header(11));
    expect(view.head?.number).toBe(11);
    upstream.push({ number: "nonsense" });
    expect(view.head?.number).toBe(11);
  });

  it("does not go back to what a poll saw before a head was pushed", async () => {
    const { upstream, view, follower } = setUp();
    await follower.poll(SIGNAL);
    const release = upstream.hold();
    const polling = follower.poll(SIGNAL);
    await new Promise((resolve) => setImmediate(resolve));
    upstream.push(header(11));
    const { generation } = view;
    release();
    await polling;
    expect(view.head?.number).toBe(11);
    expect(view.generation).toBe(generation);
  });

  it("subscribes again after the subscription was lost, and polls meanwhile", async () => {
    const { upstream, view, follower } = setUp();
    await follower.poll(SIGNAL);
    await follower.poll(SIGNAL);
    expect(upstream.subscriptions).toBe(1);
    upstream.lose();
    upstream.head = 12;
    await follower.poll(SIGNAL);
    expect(view.head?.number).toBe(12);
    expect(upstream.subscriptions).toBe(2);
  });

  it("asks sooner when it is told to hurry, but not without a pause", async () => {
    const { upstream, view, clock, follower } = setUp();
    const ending = new AbortController();
    const following = follower.follow(ending.signal);
    await clock.advance(0);
    await clock.advance(30);
    upstream.head = 11;
    follower.hurry();
    await clock.advance(1);
    expect(view.head?.number).toBe(11);
    upstream.head = 12;
    follower.hurry();
    await clock.advance(1);
    expect(view.head?.number).toBe(11);
    await clock.advance(30);
    expect(view.head?.number).toBe(12);
    ending.abort();
    await following;
  });
});
