import type { Database } from "@ghostchain/database";
import type { EventBus } from "@ghostchain/event-bus";
import { createFeedFollower, listFeed } from "@ghostchain/feed";
import { createGateway, type Gateway } from "@ghostchain/gateway";
import { defineProduct } from "@ghostchain/product";
import { createMetrics, createSilentLogger, type Service, systemClock } from "@ghostchain/service";

/** A gateway and what it streams from, in the order they start. */
export function composeGateway(
  { database, bus }: { database: Database; bus: EventBus },
  { port, sharePort }: { port: number; sharePort: boolean },
): { gateway: Gateway; services: readonly Service[] } {
  const common = { logger: createSilentLogger(), clock: systemClock, database, bus };
  const follower = createFeedFollower(common);
  const gateway = createGateway(
    {
      ...{ ...common, follower, products: [snapshots] },
      auth: { verifyToken: refuse, redeemTicket: refuse },
      metrics: createMetrics({ processMetrics: false }),
    },
    { host: "127.0.0.1", port, public: true, origins: "any", sharePort },
  );
  return { gateway, services: [bus, follower, gateway] };
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
