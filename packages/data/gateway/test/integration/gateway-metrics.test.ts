import { encodeAnnouncement, FEED_CHANNEL, type FeedStages, readFeed } from "@ghostchain/feed";
import { createMetrics, type Metrics } from "@ghostchain/service";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { GatewayStand } from "../../src/testing/gateway-stand.ts";

let stand: GatewayStand;
beforeAll(async () => {
  stand = await GatewayStand.open();
});
afterEach(() => stand.clear());
afterAll(() => stand.close());

/** Announces the newest row once more, under the next id, as an indexer would that measures. */
async function announce(stages: FeedStages): Promise<void> {
  const { position, rows } = await readFeed(stand.database, { after: 0, limit: 1_000 });
  const sequenceId = position.sequenceId + 1;
  const [row] = rows.slice(-1);
  if (!row) throw new Error("there is no row yet");
  const next = { position: { ...position, sequenceId }, rows: [{ ...row, sequenceId, stages }] };
  await stand.bus.publish(FEED_CHANNEL, encodeAnnouncement(next));
}

async function figure(metrics: Metrics, name: string): Promise<number> {
  const line = (await metrics.metrics()).split("\n").find((one) => one.startsWith(`${name} `));
  return Number(line?.split(" ")[1] ?? Number.NaN);
}

describe("the gateway's metrics", () => {
  it("counts the connections that are open", async () => {
    const metrics = createMetrics({ processMetrics: false });
    const gateway = await stand.gateway({}, [], { metrics });
    expect(await figure(metrics, "gateway_connections")).toBe(0);
    const client = await stand.client(gateway);
    await stand.client(gateway);
    expect(await figure(metrics, "gateway_connections")).toBe(2);
    client.close();
    await expect.poll(() => figure(metrics, "gateway_connections")).toBe(1);
  });

  it("measures a row from its block to its last socket, and from the database to here", async () => {
    await stand.writer.events(1);
    const metrics = createMetrics({ processMetrics: false });
    const gateway = await stand.gateway({}, [], { metrics });
    const client = await stand.client(gateway);
    await client.next("CONNECTION_STATE");
    const nowMs = Date.now();
    await announce({
      sealedAtMs: nowMs - 5_000,
      seenAtMs: nowMs - 4_000,
      committedAtMs: nowMs - 3_000,
    });
    await client.next("FEED_EVENT");
    await expect.poll(() => figure(metrics, "gateway_total_seconds_count")).toBe(1);
    expect(await figure(metrics, "gateway_total_seconds_sum")).toBeGreaterThanOrEqual(5);
    const bus = await figure(metrics, "gateway_bus_seconds_sum");
    expect(bus).toBeGreaterThanOrEqual(3);
    expect(bus).toBeLessThan(4);
    expect(await figure(metrics, "gateway_deliver_seconds_sum")).toBeLessThan(1);
  });

  it("measures nothing of rows that came by another way, whose steps nobody timed", async () => {
    const metrics = createMetrics({ processMetrics: false });
    const gateway = await stand.gateway({}, [], { metrics });
    const client = await stand.client(gateway);
    await stand.writer.events(1);
    await client.next("FEED_EVENT");
    expect(await figure(metrics, "gateway_bus_seconds_count")).toBe(0);
    expect(await figure(metrics, "gateway_deliver_seconds_count")).toBe(0);
  });
});
