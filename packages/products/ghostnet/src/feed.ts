import type { Sql } from "@ghostchain/database";
import type { JsonObject } from "@ghostchain/feed";
import type { ChainEvent, FeedDraft, RowSql } from "@ghostchain/product";
import { type Address, getAddress } from "viem";
import { levelName } from "./level.ts";
import type { CoreEvent, ScanEvent } from "./projections/game-events.ts";
import { lastPosition } from "./projections/tables.ts";

export async function tellJackIn(event: CoreEvent<"JackedIn">): Promise<FeedDraft> {
  const { user, amount, level, totalAmount } = event.args;
  return draft(event, "JACK_IN", {
    user,
    level: levelName(level),
    amount: amount.toString(),
    totalAmount: totalAmount.toString(),
  });
}

/** The event does not say which level it was; the position that it closed does. */
export async function tellExtract(event: CoreEvent<"Extracted">, sql: RowSql): Promise<FeedDraft> {
  const { user, principal, rewards } = event.args;
  const last = await lastPosition(sql, user.toLowerCase());
  const position = last?.tx_hash_out === event.transactionHash ? last : undefined;
  return draft(event, "EXTRACT", {
    user,
    ...(position ? { level: levelName(position.level) } : {}),
    amount: principal.toString(),
    rewards: rewards.toString(),
  });
}

export async function tellRewards(event: CoreEvent<"RewardsClaimed">): Promise<FeedDraft> {
  const { user, amount } = event.args;
  return draft(event, "REWARDS", { user, amount: amount.toString() });
}

export async function tellTraced(event: CoreEvent<"PositionTraced">): Promise<FeedDraft> {
  const { user, level, amount } = event.args;
  return draft(event, "TRACED", { user, level: levelName(level), amount: amount.toString() });
}

export async function tellDeaths(event: CoreEvent<"DeathsProcessed">): Promise<FeedDraft> {
  const { level, count, totalCapital } = event.args;
  return draft(event, "DEATHS", {
    level: levelName(level),
    count: Number(count),
    amount: totalCapital.toString(),
  });
}

/** One item for all survivors of a batch; each is told of its own streak. */
export async function tellSurvived(
  event: CoreEvent<"GhostStreaksUpdated">,
  sql: Sql,
): Promise<FeedDraft> {
  const { level, count } = event.args;
  const survivors = await sql.query<{ user_address: string }>(
    `SELECT user_address FROM ghostnet.positions
     WHERE alive AND level = $1 AND tx_hash_survived = $2 ORDER BY user_address`,
    [level, event.transactionHash],
  );
  return {
    ...draft(event, "SURVIVED", { level: levelName(level), count: Number(count) }),
    subjects: survivors.map(({ user_address }) => getAddress(user_address)),
  };
}

export async function tellCascade(event: CoreEvent<"CascadeDistributed">): Promise<FeedDraft> {
  const { level, sameLevel, upstream, burned, protocol } = event.args;
  return draft(event, "CASCADE", {
    level: levelName(level),
    amount: (sameLevel + upstream + burned + protocol).toString(),
    sameLevel: sameLevel.toString(),
    upstream: upstream.toString(),
    burned: burned.toString(),
    protocol: protocol.toString(),
  });
}

export async function tellSystemReset(
  event: CoreEvent<"SystemResetTriggered">,
): Promise<FeedDraft> {
  const { penaltyPool, jackpotWinner, jackpotAmount } = event.args;
  return draft(event, "SYSTEM_RESET", {
    user: jackpotWinner,
    penaltyPool: penaltyPool.toString(),
    jackpot: jackpotAmount.toString(),
  });
}

export async function tellPenalty(event: CoreEvent<"PositionPenalized">): Promise<FeedDraft> {
  const { user, level, penalty, newAmount } = event.args;
  return draft(event, "PENALTY", {
    user,
    level: levelName(level),
    amount: penalty.toString(),
    newAmount: newAmount.toString(),
  });
}

export async function tellBoost(event: CoreEvent<"BoostApplied">): Promise<FeedDraft> {
  const { user, boostType, valueBps, expiry } = event.args;
  return draft(event, "BOOST", { user, boostType, valueBps, expiry: Number(expiry) });
}

export async function tellEmergency(event: CoreEvent<"EmergencyWithdrawn">): Promise<FeedDraft> {
  const { user, principal } = event.args;
  return draft(event, "EMERGENCY", { user, amount: principal.toString() });
}

export async function tellScan(event: ScanEvent<"ScanExecuted">): Promise<FeedDraft> {
  const { level, number, seed, baseRateBps, modifierBps } = event.args;
  return draft(event, "SCAN", {
    level: levelName(level),
    number,
    seed,
    baseRateBps,
    modifierBps,
  });
}

/** The fields that every item has, and the topics that follow from what it is about. */
function draft(
  event: ChainEvent,
  type: string,
  about: JsonObject & { user?: Address; level?: string },
): FeedDraft {
  const { user, ...fields } = about;
  const topics: string[] = [];
  if (fields.level !== undefined) topics.push(`level:${fields.level}`);
  if (user !== undefined) topics.push(`address:${user.toLowerCase()}`);
  return {
    event: {
      type,
      ...(user === undefined ? {} : { address: user }),
      ...fields,
      timestamp: event.blockTimestampMs,
      blockNumber: event.blockNumber.toString(),
      txHash: event.transactionHash,
      logIndex: event.logIndex,
    },
    topics,
    subjects: user === undefined ? [] : [user],
  };
}
