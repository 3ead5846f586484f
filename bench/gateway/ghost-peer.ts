import { createServerDatabase } from "@ghostchain/database";
import { createTestServerDatabase, openTestDatabase } from "@ghostchain/database/testing";
import { createInProcessBus, createPostgresBus } from "@ghostchain/event-bus";
import {
  appendFeed,
  encodeAnnouncement,
  FEED_CHANNEL,
  feedPosition,
  type NewFeedRow,
} from "@ghostchain/feed";
import { GATEWAY_PATH } from "@ghostchain/gateway";
import { createSilentLogger } from "@ghostchain/service";
import { Child } from "./child.ts";
import { composeGateway } from "./ghost-gateway.ts";
import type { BenchEvent, Peer } from "./peer.ts";

/**
 * Ours, as `ghost up` runs it: rows are committed, announced, followed, and streamed by the gateway. With more than one
 * gateway the others are processes of their own that share the port, and hear of rows by NOTIFY.
 */
export async function openPeer(gateways: number): Promise<Peer> {
  const { database, bus, url, close } = await openGround(gateways > 1);
  const { gateway, services } = composeGateway(
    { database, bus },
    { port: 0, sharePort: gateways > 1 },
  );
  for (const service of services) await service.start(AbortSignal.timeout(30_000));
  const others: Child<never, { is: "open" }>[] = [];
  while (others.length < gateways - 1) {
    const other = new Child<never, { is: "open" }>("ghost-gateway-process.ts", [
      ...[url, String(gateway.port)],
    ]);
    await other.next("open");
    others.push(other);
  }
  let position = await feedPosition(database);
  return {
    port: gateway.port,
    path: GATEWAY_PATH,
    pids: others.map(({ pid }) => pid),
    async publish(events) {
      const seenAtMs = Date.now();
      const drafts = events.map(toRow);
      const rows = await database.transaction((sql) => appendFeed(sql, position, drafts));
      position = { ...position, sequenceId: position.sequenceId + rows.length };
      const stages = { sealedAtMs: seenAtMs, seenAtMs, committedAtMs: Date.now() };
      const announced = rows.map((row) => ({ ...row, stages }));
      await bus.publish(FEED_CHANNEL, encodeAnnouncement({ position, rows: announced }));
    },
    async close() {
      await Promise.all(others.map((other) => other.stop()));
      for (const service of services.toReversed()) await service.stop();
      await close();
    },
  };
}

async function openGround(isShared: boolean) {
  const deps = { logger: createSilentLogger() };
  if (!isShared) {
    const opened = await openTestDatabase();
    return { ...opened, bus: createInProcessBus(deps), url: "" };
  }
  const server = await createTestServerDatabase();
  if (!server) throw new Error("several gateways need a PostgreSQL server: set TEST_DATABASE_URL");
  const { url } = server;
  const database = createServerDatabase(deps, { url });
  await database.start(AbortSignal.timeout(30_000));
  const close = async () => {
    await database.stop();
    await server.drop();
  };
  return { database, close, url, bus: createPostgresBus(deps, { url }) };
}

function toRow(event: BenchEvent): NewFeedRow {
  const topics = ["feed", `level:${event.level}`, `address:${event.address}`];
  const common = { blockNumber: 1n, blockHash: `0x${"ab".repeat(32)}`, personal: [], subjects: [] };
  return { kind: "event", ...common, topics, event };
}
