import type { BlockSql, ChainEvent } from "@ghostchain/product";
import type { Address } from "viem";
import { blockTime, eventKey } from "./event-key.ts";
import type { CoreEvent } from "./game-events.ts";
import { recordResult } from "./result.ts";

/** Opens a position, or adds to the one that is open. */
export async function onJackedIn(event: CoreEvent<"JackedIn">, sql: BlockSql): Promise<void> {
  const { user, amount, level, totalAmount } = event.args;
  const address = user.toLowerCase();
  recordResult(sql, event, { user });
  const added = await sql.query(
    "UPDATE ghostnet.positions SET amount = $2 WHERE user_address = $1 AND alive RETURNING id",
    [address, totalAmount],
  );
  if (added.length === 0) {
    sql.send(
      `INSERT INTO ghostnet.positions (id, user_address, level, amount, entry_at, alive, tx_hash_in)
       VALUES ($1, $2, $3, $4, $5, true, $6)`,
      [eventKey(event), address, level, totalAmount, blockTime(event), event.transactionHash],
    );
  }
  sql.send(
    `UPDATE ghostnet.levels SET total_staked = total_staked + $2, players = players + $3
     WHERE level = $1`,
    [level, amount, added.length === 0 ? 1 : 0],
  );
}

export async function onExtracted(event: CoreEvent<"Extracted">, sql: BlockSql): Promise<void> {
  const { user, principal, rewards } = event.args;
  await closePosition(event, sql, { user, exitType: "extracted", rewards });
  recordResult(sql, event, { user, extracted: principal + rewards, pnl: rewards });
}

export async function onPositionTraced(
  event: CoreEvent<"PositionTraced">,
  sql: BlockSql,
): Promise<void> {
  const { user, amount } = event.args;
  await closePosition(event, sql, { user, exitType: "traced", rewards: 0n });
  recordResult(sql, event, { user, pnl: -amount });
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
  sql.send(
    `UPDATE ghostnet.positions SET rewards_earned = rewards_earned + $2
     WHERE user_address = $1 AND alive`,
    [user.toLowerCase(), amount],
  );
  recordResult(sql, event, { user, pnl: amount });
}

export async function onGhostStreakExtended(
  event: CoreEvent<"GhostStreakExtended">,
  sql: BlockSql,
): Promise<void> {
  const { user, streak } = event.args;
  sql.send(
    `UPDATE ghostnet.positions SET ghost_streak = $2, tx_hash_survived = $3
     WHERE user_address = $1 AND alive`,
    [user.toLowerCase(), streak, event.transactionHash],
  );
  recordResult(sql, event, { user, streak });
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
  const [closed] = await sql.query<{ level: number; amount: bigint }>(
    `UPDATE ghostnet.positions SET alive = false, exit_at = $2, exit_type = $3, tx_hash_out = $4,
       rewards_earned = rewards_earned + $5
     WHERE user_address = $1 AND alive RETURNING level, amount`,
    [exit.user.toLowerCase(), blockTime(event), exit.exitType, event.transactionHash, exit.rewards],
  );
  if (closed === undefined) return;
  sql.send(
    `UPDATE ghostnet.levels SET players = players - 1,
       total_staked = CASE WHEN players <= 1 THEN 0 ELSE total_staked - $2 END
     WHERE level = $1`,
    [closed.level, closed.amount],
  );
}
