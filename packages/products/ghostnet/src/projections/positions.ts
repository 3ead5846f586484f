import type { Sql } from "@ghostchain/database";
import type { Address } from "viem";
import { blockTime, eventKey } from "./event-key.ts";
import type { CoreEvent } from "./game-events.ts";
import { recordResult } from "./result.ts";

/** Opens a position, or adds to the one that is open. */
export async function onJackedIn(event: CoreEvent<"JackedIn">, sql: Sql): Promise<void> {
  const { user, amount, level, totalAmount } = event.args;
  const address = user.toLowerCase();
  await sql.query(
    `INSERT INTO ghostnet.users (address, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
    [address, blockTime(event)],
  );
  const added = await sql.query(
    "UPDATE ghostnet.positions SET amount = $2 WHERE user_address = $1 AND alive RETURNING id",
    [address, totalAmount],
  );
  if (added.length === 0) {
    await sql.query(
      `INSERT INTO ghostnet.positions (id, user_address, level, amount, entry_at, alive, tx_hash_in)
       VALUES ($1, $2, $3, $4, $5, true, $6)`,
      [eventKey(event), address, level, totalAmount, blockTime(event), event.transactionHash],
    );
  }
  await sql.query(
    `UPDATE ghostnet.levels SET total_staked = total_staked + $2, players = players + $3
     WHERE level = $1`,
    [level, amount, added.length === 0 ? 1 : 0],
  );
}

export async function onExtracted(event: CoreEvent<"Extracted">, sql: Sql): Promise<void> {
  const { user, principal, rewards } = event.args;
  await closePosition(event, sql, { user, exitType: "extracted", rewards });
  await sql.query(
    "UPDATE ghostnet.users SET total_extracted = total_extracted + $2 WHERE address = $1",
    [user.toLowerCase(), principal + rewards],
  );
  await recordResult(sql, event, { user, kind: "extracted", value: principal + rewards });
  await recordResult(sql, event, { user, kind: "gain", value: rewards });
}

export async function onPositionTraced(
  event: CoreEvent<"PositionTraced">,
  sql: Sql,
): Promise<void> {
  const { user, amount } = event.args;
  await closePosition(event, sql, { user, exitType: "traced", rewards: 0n });
  await recordResult(sql, event, { user, kind: "loss", value: amount });
}

export async function onEmergencyWithdrawn(
  event: CoreEvent<"EmergencyWithdrawn">,
  sql: Sql,
): Promise<void> {
  await closePosition(event, sql, { user: event.args.user, exitType: "emergency", rewards: 0n });
}

export async function onRewardsClaimed(
  event: CoreEvent<"RewardsClaimed">,
  sql: Sql,
): Promise<void> {
  const { user, amount } = event.args;
  await sql.query(
    `UPDATE ghostnet.positions SET rewards_earned = rewards_earned + $2
     WHERE user_address = $1 AND alive`,
    [user.toLowerCase(), amount],
  );
  await recordResult(sql, event, { user, kind: "gain", value: amount });
}

export async function onPositionPenalized(
  event: CoreEvent<"PositionPenalized">,
  sql: Sql,
): Promise<void> {
  const { user, penalty, newAmount } = event.args;
  await sql.query(
    `UPDATE ghostnet.positions SET amount = $2, penalties = penalties + $3
     WHERE user_address = $1 AND alive`,
    [user.toLowerCase(), newAmount, penalty],
  );
  await recordResult(sql, event, { user, kind: "loss", value: penalty });
}

export async function onGhostStreakExtended(
  event: CoreEvent<"GhostStreakExtended">,
  sql: Sql,
): Promise<void> {
  const { user, streak } = event.args;
  const address = user.toLowerCase();
  await sql.query(
    "UPDATE ghostnet.positions SET ghost_streak = $2 WHERE user_address = $1 AND alive",
    [address, streak],
  );
  await sql.query(
    "UPDATE ghostnet.users SET ghost_streak_best = GREATEST(ghost_streak_best, $2) WHERE address = $1",
    [address, streak],
  );
  await recordResult(sql, event, { user, kind: "streak", value: BigInt(streak) });
}

/** The last one out takes the rest of the level's stake along: what rounding had left in it. */
async function closePosition(
  event: CoreEvent<"Extracted" | "PositionTraced" | "EmergencyWithdrawn">,
  sql: Sql,
  exit: { user: Address; exitType: "extracted" | "traced" | "emergency"; rewards: bigint },
): Promise<void> {
  const [closed] = await sql.query<{ level: number; amount: bigint }>(
    `UPDATE ghostnet.positions SET alive = false, exit_at = $2, exit_type = $3, tx_hash_out = $4,
       rewards_earned = rewards_earned + $5
     WHERE user_address = $1 AND alive RETURNING level, amount`,
    [exit.user.toLowerCase(), blockTime(event), exit.exitType, event.transactionHash, exit.rewards],
  );
  if (closed === undefined) return;
  await sql.query(
    `UPDATE ghostnet.levels SET players = players - 1,
       total_staked = CASE WHEN players <= 1 THEN 0 ELSE total_staked - $2 END
     WHERE level = $1`,
    [closed.level, closed.amount],
  );
}
