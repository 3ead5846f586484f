import type { BlockSql } from "@ghostchain/product";
import { zeroAddress } from "viem";
import { blockTime, chainTime, eventKey } from "./event-key.ts";
import type { CoreEvent, ScanEvent } from "./game-events.ts";
import { penalizePositions } from "./positions.ts";
import { recordResult } from "./result.ts";

export async function onLevelConfigured(
  event: CoreEvent<"LevelConfigured">,
  sql: BlockSql,
): Promise<void> {
  const { level, deathRateBps, scanInterval, minStake } = event.args;
  sql.send(
    `INSERT INTO ghostnet.levels (level, death_rate_bps, scan_interval_seconds, min_stake)
     VALUES ($1, $2, $3, $4)
     ON CONFLICT (level) DO UPDATE SET death_rate_bps = EXCLUDED.death_rate_bps,
       scan_interval_seconds = EXCLUDED.scan_interval_seconds, min_stake = EXCLUDED.min_stake`,
    [level, deathRateBps, scanInterval, minStake],
  );
}

export async function onScanScheduled(
  event: CoreEvent<"ScanScheduled">,
  sql: BlockSql,
): Promise<void> {
  sql.send("UPDATE ghostnet.levels SET next_scan_at = $2 WHERE level = $1", [
    event.args.level,
    chainTime(event.args.scanAt),
  ]);
}

export async function onScanExecuted(
  event: ScanEvent<"ScanExecuted">,
  sql: BlockSql,
): Promise<void> {
  const { level, number, seed, baseRateBps, modifierBps } = event.args;
  sql.send("UPDATE ghostnet.levels SET scans = $2 WHERE level = $1", [level, number]);
  sql.send(
    `INSERT INTO ghostnet.scans
       (level, number, seed, base_rate_bps, modifier_bps, executed_at, tx_hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [level, number, seed, baseRateBps, modifierBps, blockTime(event), event.transactionHash],
  );
}

export async function onDeathsProcessed(
  event: CoreEvent<"DeathsProcessed">,
  sql: BlockSql,
): Promise<void> {
  const { level, count, totalCapital } = event.args;
  sql.send(
    `UPDATE ghostnet.levels SET deaths = deaths + $2, dead_capital = dead_capital + $3
     WHERE level = $1`,
    [level, count, totalCapital],
  );
  sql.send(
    `UPDATE ghostnet.scans SET deaths = deaths + $2, dead_capital = dead_capital + $3 ${LAST_SCAN}`,
    [level, count, totalCapital],
  );
}

export async function onGhostStreaksUpdated(
  event: CoreEvent<"GhostStreaksUpdated">,
  sql: BlockSql,
): Promise<void> {
  const { level, count } = event.args;
  sql.send(`UPDATE ghostnet.scans SET survivors = survivors + $2 ${LAST_SCAN}`, [level, count]);
}

export async function onCascadeDistributed(
  event: CoreEvent<"CascadeDistributed">,
  sql: BlockSql,
): Promise<void> {
  const { level, sameLevel, upstream, burned, protocol } = event.args;
  sql.send(
    `UPDATE ghostnet.scans SET same_level = $2, upstream = $3, burned = $4, protocol = $5
     ${LAST_SCAN}`,
    [level, sameLevel, upstream, burned, protocol],
  );
}

/** The contract takes a quarter, rounded down, from every level at once. */
export async function onSystemReset(
  event: CoreEvent<"SystemResetTriggered">,
  sql: BlockSql,
): Promise<void> {
  const { penaltyPool, jackpotWinner, jackpotAmount } = event.args;
  sql.send("UPDATE ghostnet.levels SET total_staked = total_staked - div(total_staked, 4)", []);
  penalizePositions(event, sql);
  sql.send(
    `INSERT INTO ghostnet.resets (id, penalty_pool, jackpot_winner, jackpot, at)
     VALUES ($1, $2, $3, $4, $5)`,
    [eventKey(event), penaltyPool, jackpotWinner.toLowerCase(), jackpotAmount, blockTime(event)],
  );
  if (jackpotWinner === zeroAddress) return;
  recordResult(sql, event, { user: jackpotWinner, pnl: jackpotAmount });
}

export async function onResetDeadlineMoved(
  event: CoreEvent<"ResetDeadlineMoved">,
  sql: BlockSql,
): Promise<void> {
  sql.send(
    `INSERT INTO ghostnet.game (id, reset_deadline) VALUES (1, $1)
     ON CONFLICT (id) DO UPDATE SET reset_deadline = EXCLUDED.reset_deadline`,
    [chainTime(event.args.deadline)],
  );
}

export async function onBoostSignerUpdated(
  event: CoreEvent<"BoostSignerUpdated">,
  sql: BlockSql,
): Promise<void> {
  sql.send(
    `INSERT INTO ghostnet.game (id, boost_signer) VALUES (1, $1)
     ON CONFLICT (id) DO UPDATE SET boost_signer = EXCLUDED.boost_signer`,
    [event.args.newSigner.toLowerCase()],
  );
}

export async function onBoostApplied(
  event: CoreEvent<"BoostApplied">,
  sql: BlockSql,
): Promise<void> {
  const { user, boostType, valueBps, expiry } = event.args;
  sql.send(
    `INSERT INTO ghostnet.boosts (id, user_address, boost_type, value_bps, expires_at, applied_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [eventKey(event), user.toLowerCase(), boostType, valueBps, chainTime(expiry), blockTime(event)],
  );
}

/** An outcome belongs to the level's last scan: the next one opens only when that is closed. */
const LAST_SCAN =
  "WHERE level = $1 AND number = (SELECT scans FROM ghostnet.levels WHERE level = $1)";
