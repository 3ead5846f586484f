import { GatewayStand } from "@ghostchain/gateway/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Change } from "../../src/change.ts";
import { FeedStream, type StreamOptions } from "../../src/feed-stream.ts";
import { CuttingProxy } from "../cutting-proxy.ts";

const BACKOFF = { minMs: 5, maxMs: 40 };

let stand: GatewayStand;
const streams: FeedStream[] = [];
const proxies: CuttingProxy[] = [];
beforeAll(async () => {
  stand = await GatewayStand.open();
});
afterEach(async () => {
  for (const one of streams.splice(0)) one.close();
  for (const one of proxies.splice(0)) await one.close();
  await stand.clear();
});
afterAll(() => stand.close());

function open(port: number, options: Partial<StreamOptions> = {}) {
  const url = async () => `ws://127.0.0.1:${port}/ws`;
  const stream = new FeedStream(url, WebSocket, { backoff: BACKOFF, ...options });
  streams.push(stream);
  const changes: Change[] = [];
  const faults: string[] = [];
  stream.on("change", (change) => changes.push(change));
  stream.on("fault", ({ code }) => faults.push(code));
  const ids = () =>
    changes.flatMap((change) => (change.type === "event" ? [change.sequenceId] : []));
  return { stream, changes, faults, ids };
}

async function openProxy(port: number): Promise<CuttingProxy> {
  const proxy = new CuttingProxy(port);
  proxies.push(proxy);
  await proxy.listen();
  return proxy;
}

const live = (stream: FeedStream) => expect.poll(() => stream.state, WAIT).toBe("live");
const WAIT = { timeout: 10_000, interval: 5 };

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

describe("FeedStream", () => {
  it("streams from now on, with retractions", async () => {
    const { port } = await stand.gateway();
    const from = await stand.writer.events(2);
    const { stream, changes } = open(port);
    await live(stream);
    await stand.writer.events(2);
    await stand.writer.retract([from + 1]);
    await expect.poll(() => changes.length, WAIT).toBe(3);
    expect(changes).toMatchObject([
      { type: "event", sequenceId: from + 1, event: { type: "JACK_IN" } },
      { type: "event", sequenceId: from + 2 },
      { type: "retract", sequenceId: from + 3, retracts: [from + 1] },
    ]);
    expect(stream.position).toMatchObject({ sequenceId: from + 3 });
  });

  it("begins where it is told to, and can be left and taken up again elsewhere", async () => {
    const [one, two] = [await stand.gateway(), await stand.gateway()];
    const from = await stand.writer.position();
    await stand.writer.events(5);
    const first = open(one.port, { from });
    await expect.poll(() => first.ids().length, WAIT).toBe(5);
    const left = first.stream.position;
    first.stream.close();
    await stand.writer.events(4);
    const second = open(two.port, left === undefined ? {} : { from: left });
    await expect.poll(() => second.ids().length, WAIT).toBe(4);
    expect([...first.ids(), ...second.ids()]).toEqual(
      range(from.sequenceId + 1, from.sequenceId + 10),
    );
  });

  it("watches some topics only, and misses nothing of them over a reconnection", async () => {
    const { port } = await stand.gateway();
    const proxy = await openProxy(port);
    const { stream, ids } = open(proxy.port, { topics: ["level:VAULT", "level:SUBNET"] });
    await live(stream);
    const write = async (level: string) => stand.writer.events(1, { topics: ["feed", level] });
    const first = await write("level:VAULT");
    await write("level:DARKNET");
    await expect.poll(ids, WAIT).toEqual([first]);
    proxy.cut();
    const second = await write("level:SUBNET");
    await write("level:DARKNET");
    await expect.poll(ids, WAIT).toEqual([first, second]);
    await live(stream);
    const third = await write("level:VAULT");
    await expect.poll(ids, WAIT).toEqual([first, second, third]);
  });

  it("is read change by change, and ends when it is closed", async () => {
    const { port } = await stand.gateway();
    const { stream } = open(port);
    await live(stream);
    const last = await stand.writer.events(3);
    const seen: number[] = [];
    for await (const change of stream.changes()) {
      if (change.type === "event") seen.push(change.sequenceId);
      if (seen.at(-1) === last) stream.close();
    }
    expect(seen.at(-1)).toBe(last);
    expect(stream.state).toBe("closed");
  });
});

describe("FeedStream on a connection that breaks", () => {
  it("loses and doubles nothing, wherever in the bytes it is cut", async () => {
    const { port } = await stand.gateway();
    const proxy = await openProxy(port);
    let seed = 7;
    proxy.cutAfterBytes = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return 300 + (seed % 6_000);
    };
    const { sequenceId, epoch } = await stand.writer.position();
    const { ids, stream } = open(proxy.port, { from: { sequenceId, epoch } });
    for (let round = 0; round < 60; round += 1) {
      await stand.writer.events(1 + (round % 5), { pad: 100 });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    proxy.cutAfterBytes = () => Number.POSITIVE_INFINITY;
    const end = (await stand.writer.position()).sequenceId;
    await expect.poll(() => stream.position?.sequenceId, WAIT).toBe(end);
    expect(ids()).toEqual(range(sequenceId + 1, end + 1));
    expect(proxy.connections).toBeGreaterThan(5);
  });

  it("comes back when the gateway does, and to another one", async () => {
    const first = await stand.gateway();
    const proxy = await openProxy(first.port);
    const { stream, ids } = open(proxy.port);
    await live(stream);
    const one = await stand.writer.events(1);
    await expect.poll(ids, WAIT).toEqual([one]);
    await first.stop();
    await stand.writer.events(2);
    await expect.poll(() => stream.state, WAIT).toBe("waiting");
    proxy.target = (await stand.gateway()).port;
    await live(stream);
    const last = await stand.writer.events(1);
    await expect.poll(ids, WAIT).toEqual(range(one, last + 1));
  });

  it("gets a snapshot after too much, or of another epoch, and goes on from there", async () => {
    const { port } = await stand.gateway({ limits: { replayRows: 5 } });
    const proxy = await openProxy(port);
    const { stream, changes, ids } = open(proxy.port);
    await live(stream);
    await stand.writer.restart("a-new-epoch");
    await expect.poll(() => changes.at(-1), WAIT).toMatchObject({ type: "sync" });
    expect(stream.position).toEqual({ sequenceId: 0, epoch: "a-new-epoch" });
    await live(stream);
    proxy.target = 1; // nobody
    proxy.cut();
    await stand.writer.events(6);
    proxy.target = port;
    await expect.poll(() => changes.at(-1), WAIT).toMatchObject({ type: "sync", sequenceId: 6 });
    await stand.writer.events(1);
    await expect.poll(ids, WAIT).toEqual([7]);
  });

  it("says what is wrong and goes on trying, until it is closed", async () => {
    const { stream, faults } = open(1);
    await expect.poll(() => faults.length, WAIT).toBeGreaterThan(2);
    stream.close();
    const { length } = faults;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(faults).toHaveLength(length);
    expect(stream.state).toBe("closed");
  });
});
