import { openTestDatabase } from "@ghostchain/database/testing";
import { createInProcessBus } from "@ghostchain/event-bus";
import {
  appendFeed,
  createFeedFollower,
  encodeAnnouncement,
  FEED_CHANNEL,
  feedPosition,
  listFeed,
  type NewFeedRow,
} from "@ghostchain/feed";
import { createGateway, GATEWAY_PATH } from "@ghostchain/gateway";
import { defineProduct } from "@ghostchain/product";
import { createMetrics, createSilentLogger, systemClock } from "@ghostchain/service";
import type { BenchEvent, Peer } from "./peer.ts";

const SIGNAL = new AbortController().signal;

/** Ours, as `ghost up` runs it: rows are committed, announced, followed, and streamed by the gateway. */
export async function openPeer(): Promise<Peer> {
  const logger = createSilentLogger();
  const common = { logger, clock: systemClock };
  const opened = await openTestDatabase();
  const { database } = opened;
  const bus = createInProcessBus({ logger });
  const follower = createFeedFollower({ ...common, database, bus });
  const gateway = createGateway(
    {
      ...{ ...common, database, bus, follower, products: [snapshots] },
      auth: { verifyToken: refuse, redeemTicket: refuse },
      metrics: createMetrics({ processMetrics: false }),
    },
    { host: "127.0.0.1", port: 0, public: true, origins: "any" },
  );
  const services = [bus, follower, gateway];
  for (const service of services) await service.start(SIGNAL);
  let position = await feedPosition(database);
  return {
    port: gateway.port,
    path: GATEWAY_PATH,
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
      for (const service of services.reverse()) await service.stop();
      await opened.close();
    },
  };
}

/** A snapshot of the size that the game's has: the newest fifty events. */
const snapshots = defineProduct({
  ...{ name: "bench", contracts: {}, migrations: [], tables: [], projections: {}, feed: {} },
  ...{ routes: [], jobs: [] },
  snapshot: async (sql) => ({
    feed: (await listFeed(sql, { limit: 50 })).flatMap((row) =>
      row.kind === "event" ? [row.event] : [],
    ),
  }),
});

async function refuse(): Promise<never> {
  throw new Error("nobody logs in here");
}

function toRow(event: BenchEvent): NewFeedRow {
  const topics = ["feed", `level:${event.level}`, `address:${event.address}`];
  const common = { blockNumber: 1n, blockHash: `0x${"ab".repeat(32)}`, personal: [], subjects: [] };
  return { kind: "event", ...common, topics, event };
}
