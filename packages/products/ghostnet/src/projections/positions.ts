import type { BlockSql, ChainEvent } from "@ghostchain/product";
import type { Address } from "viem";
import { blockTime, eventKey } from "./event-key.ts";
import type { CoreEvent } from "./game-events.ts";
import { recordResult } from "./result.ts";
import { levelsOf, livePosition, positionsOf, usersOf } from "./tables.ts";

/** Opens a position, or adds to the one that is open. */
export async function onJackedIn(event: CoreEvent<"JackedIn">, sql: BlockSql): Promise<void> {
  const { user, amount, level, totalAmount } = event.args;
  const address = user.toLowerCase();
  await recordResult(sql, event, { user });
  const open = await livePosition(sql, address);
  if (open) await positionsOf(sql).update({ id: open.id }, { amount: totalAmount });
  else await openPosition(event, sql, address);
  await levelsOf(sql).update({ level }, ({ total_staked, players }) => ({
    total_staked: total_staked + amount,
    players: open ? players : players + 1,
  }));
}

export async function onExtracted(event: CoreEvent<"Extracted">, sql: BlockSql): Promise<void> {
  const { user, principal, rewards } = event.args;
  await closePosition(event, sql, { user, exitType: "extracted", rewards });
  await recordResult(sql, event, { user, extracted: principal + rewards, pnl: rewards });
}

export async function onPositionTraced(
  event: CoreEvent<"PositionTraced">,
  sql: BlockSql,
): Promise<void> {
  const { user, amount } = event.args;
  await closePosition(event, sql, { user, exitType: "traced", rewards: 0n });
  await recordResult(sql, event, { user, pnl: -amount });
}

export async function onEmergencyWithdrawn(
  event: CoreEvent<"EmergencyWithdrawn">,
  sql: BlockSql,
): Promise<void> {
  await closePosition(event, sql, { user: event.args.user, exitType: "emergency", rewards: 0n });
}

export async function onRewardsClaimed(
  event: CoreEvent<"RewardsClaimed">,
  sql: BlockSql,
): Promise<void> {
  const { user, amount } = event.args;
  const open = await livePosition(sql, user.toLowerCase());
  if (open)
    await positionsOf(sql).update(
      { id: open.id },
      { rewards_earned: open.rewards_earned + amount },
    );
  await recordResult(sql, event, { user, pnl: amount });
}

export async function onGhostStreakExtended(
  event: CoreEvent<"GhostStreakExtended">,
  sql: BlockSql,
): Promise<void> {
  const { user, streak } = event.args;
  const open = await livePosition(sql, user.toLowerCase());
  if (open)
    await positionsOf(sql).update(
      { id: open.id },
      { ghost_streak: streak, tx_hash_survived: event.transactionHash },
    );
  await recordResult(sql, event, { user, streak });
}

/**
 * Takes a quarter, rounded up, from every live position. The contract does so when it next touches one and tells
 * of it then (PositionPenalized); here it is done at once, so that every amount is what the contract would answer.
 */
export function penalizePositions(event: ChainEvent, sql: BlockSql): void {
  sql.send(
    `WITH loss AS (
       SELECT id, user_address, amount - div(amount * 3, 4) AS wei
       FROM ghostnet.positions WHERE alive
     ), positions AS (
       UPDATE ghostnet.positions p SET amount = p.amount - loss.wei, penalties = penalties + loss.wei
       FROM loss WHERE p.id = loss.id
     ), users AS (
       UPDATE ghostnet.users u SET pnl = u.pnl - loss.wei
       FROM loss WHERE u.address = loss.user_address
     )
     INSERT INTO ghostnet.days AS d (user_address, day, extracted, pnl, streak_best)
     SELECT user_address, ($1::timestamptz AT TIME ZONE 'UTC')::date, 0, -wei, 0 FROM loss
     ON CONFLICT (user_address, day) DO UPDATE SET pnl = d.pnl + EXCLUDED.pnl`,
    [blockTime(event)],
  );
}

/** The last one out takes the rest of the level's stake along: what rounding had left in it. */
async function closePosition(
  event: CoreEvent<"Extracted" | "PositionTraced" | "EmergencyWithdrawn">,
  sql: BlockSql,
  exit: { user: Address; exitType: "extracted" | "traced" | "emergency"; rewards: bigint },
): Promise<void> {
  const open = await livePosition(sql, exit.user.toLowerCase());
  if (open === undefined) return;
  await positionsOf(sql).update(
    { id: open.id },
    {
      ...{ alive: false, exit_at: blockTime(event), exit_type: exit.exitType },
      tx_hash_out: event.transactionHash,
      rewards_earned: open.rewards_earned + exit.rewards,
    },
  );
  await levelsOf(sql).update({ level: open.level }, ({ players, total_staked }) => ({
    players: players - 1,
    total_staked: players <= 1 ? 0n : total_staked - open.amount,
  }));
}

async function openPosition(
  event: CoreEvent<"JackedIn">,
  sql: BlockSql,
  address: string,
): Promise<void> {
  const id = eventKey(event);
  positionsOf(sql).insert({
    ...{ id, user_address: address, level: event.args.level, amount: event.args.totalAmount },
    ...{ entry_at: blockTime(event), exit_at: null, exit_type: null, alive: true },
    ...{ rewards_earned: 0n, penalties: 0n, ghost_streak: 0, tx_hash_survived: null },
    ...{ tx_hash_in: event.transactionHash, tx_hash_out: null },
  });
  await usersOf(sql).update({ address }, { position_id: id });
}
