import { ghostCoreAbi, traceScanAbi } from "@ghostchain/contracts";
import type { Sql } from "@ghostchain/database";
import { type JsonObject, listFeed } from "@ghostchain/feed";
import { defineProduct, type Product, type ProductJob } from "@ghostchain/product";
import type { Clock } from "@ghostchain/service";
import type { Address } from "viem";
import { gameAnalytics } from "./analytics/game-analytics.ts";
import { type BoostSigner, noBoostSigner } from "./boosts/boost-signer.ts";
import { createCrewNotices } from "./crews/crew-notices.ts";
import { CrewRoster } from "./crews/crew-roster.ts";
import * as tell from "./feed.ts";
import { migrations, projectedTables } from "./migrations.ts";
import * as levels from "./projections/levels.ts";
import * as positions from "./projections/positions.ts";
import { readLevels, readLivePosition } from "./read-game.ts";
import { crewRoutes } from "./routes/crew-routes.ts";
import { leaderboardRoute, levelsRoute } from "./routes/game-routes.ts";
import { typingRoutes } from "./routes/typing-routes.ts";
import { historyRoute, userRoute } from "./routes/user-routes.ts";
import { createScanWarnings } from "./scan-warnings.ts";
import { forgetChallenges } from "./typing/typing-store.ts";

export interface GhostnetSettings {
  readonly ghostCore: Address;
  readonly traceScan: Address;
  /** The block they were deployed in, or any before it. */
  readonly startBlock: bigint;
}

const SNAPSHOT_FEED_ITEMS = 50;

export interface GhostnetDeps {
  readonly clock: Clock;
  /** Without it games are played, but what they earn is refused with `BOOST_SIGNER_MISSING`. */
  readonly boosts?: BoostSigner;
}

/** The game as a product: what it indexes, stores, streams and answers. */
export function createGhostnet(deps: GhostnetDeps, settings: GhostnetSettings): Product {
  const { ghostCore, traceScan, startBlock } = settings;
  const roster = new CrewRoster(deps.clock);
  return defineProduct({
    name: "ghostnet",
    contracts: {
      GhostCore: { abi: ghostCoreAbi, address: ghostCore, startBlock },
      TraceScan: { abi: traceScanAbi, address: traceScan, startBlock },
    },
    migrations,
    tables: projectedTables,
    projections: {
      "GhostCore:JackedIn": positions.onJackedIn,
      "GhostCore:Extracted": positions.onExtracted,
      "GhostCore:PositionTraced": positions.onPositionTraced,
      "GhostCore:EmergencyWithdrawn": positions.onEmergencyWithdrawn,
      "GhostCore:RewardsClaimed": positions.onRewardsClaimed,
      "GhostCore:GhostStreakExtended": positions.onGhostStreakExtended,
      "GhostCore:LevelConfigured": levels.onLevelConfigured,
      "GhostCore:ScanScheduled": levels.onScanScheduled,
      "GhostCore:DeathsProcessed": levels.onDeathsProcessed,
      "GhostCore:GhostStreaksUpdated": levels.onGhostStreaksUpdated,
      "GhostCore:CascadeDistributed": levels.onCascadeDistributed,
      "GhostCore:SystemResetTriggered": levels.onSystemReset,
      "GhostCore:ResetDeadlineMoved": levels.onResetDeadlineMoved,
      "GhostCore:BoostApplied": levels.onBoostApplied,
      "GhostCore:BoostSignerUpdated": levels.onBoostSignerUpdated,
      "TraceScan:ScanExecuted": levels.onScanExecuted,
    },
    feed: {
      "GhostCore:JackedIn": roster.telling(tell.tellJackIn),
      "GhostCore:Extracted": roster.telling(tell.tellExtract),
      "GhostCore:RewardsClaimed": roster.telling(tell.tellRewards),
      "GhostCore:PositionTraced": roster.telling(tell.tellTraced),
      "GhostCore:DeathsProcessed": tell.tellDeaths,
      "GhostCore:GhostStreaksUpdated": roster.telling(tell.tellSurvived),
      "GhostCore:CascadeDistributed": tell.tellCascade,
      "GhostCore:SystemResetTriggered": roster.telling(tell.tellSystemReset),
      "GhostCore:PositionPenalized": roster.telling(tell.tellPenalty),
      "GhostCore:BoostApplied": roster.telling(tell.tellBoost),
      "GhostCore:EmergencyWithdrawn": roster.telling(tell.tellEmergency),
      "TraceScan:ScanExecuted": tell.tellScan,
    },
    personal: async (address, sql) => ({
      type: "POSITION_UPDATE",
      position: asJson(await readLivePosition(sql, address)),
    }),
    snapshot: (sql, address) => readSnapshot(sql, address, deps.clock.now()),
    onLogin: async (address, { sql, clock }) => {
      await sql.query(
        "INSERT INTO ghostnet.logins (address, first_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [address.toLowerCase(), new Date(clock.now())],
      );
    },
    analytics: gameAnalytics,
    routes: [
      ...[userRoute, historyRoute, leaderboardRoute(deps.clock), levelsRoute],
      ...crewRoutes(deps.clock),
      ...typingRoutes(deps.boosts ?? noBoostSigner),
    ],
    jobs: [createScanWarnings(), createCrewNotices(), typingSweep],
  });
}

const typingSweep: ProductJob = {
  name: "typing-sweep",
  everyMs: 60_000,
  run: ({ sql, clock }) => forgetChallenges(sql, clock.now()),
};

async function readSnapshot(
  sql: Sql,
  address: Address | undefined,
  nowMs: number,
): Promise<JsonObject> {
  const rows = await listFeed(sql, { limit: SNAPSHOT_FEED_ITEMS });
  return {
    levels: (await readLevels(sql, nowMs)).map((level) => ({ ...level })),
    feed: rows.flatMap((row) =>
      row.kind === "event" ? [{ sequenceId: row.sequenceId, event: row.event }] : [],
    ),
    position: address === undefined ? null : asJson(await readLivePosition(sql, address)),
  };
}

function asJson(position: Awaited<ReturnType<typeof readLivePosition>>): JsonObject | null {
  return position === undefined ? null : { ...position };
}
