import type { Sql } from "@ghostchain/database";
import { zeroAddress } from "viem";
import { blockTime, chainTime, eventKey } from "./event-key.ts";
import type { CoreEvent, ScanEvent } from "./game-events.ts";
import { recordResult } from "./result.ts";

/** A system reset takes this part of everything. */
const PENALTY_PARTS = 4;

export async function onLevelConfigured(
  event: CoreEvent<"LevelConfigured">,
  sql: Sql,
): Promise<void> {
  const { level, deathRateBps, scanInterval, minStake } = event.args;
  await sql.query(
    `INSERT INTO ghostnet.levels (level, death_rate_bps, scan_interval_seconds, min_stake)
     VALUES ($1, $2, $3, $4)
     ON CONFLICT (level) DO UPDATE SET death_rate_bps = EXCLUDED.death_rate_bps,
       scan_interval_seconds = EXCLUDED.scan_interval_seconds, min_stake = EXCLUDED.min_stake`,
    [level, deathRateBps, scanInterval, minStake],
  );
}

export async function onScanScheduled(event: CoreEvent<"ScanScheduled">, sql: Sql): Promise<void> {
  await sql.query("UPDATE ghostnet.levels SET next_scan_at = $2 WHERE level = $1", [
    event.args.level,
    chainTime(event.args.scanAt),
  ]);
}

export async function onScanExecuted(event: ScanEvent<"ScanExecuted">, sql: Sql): Promise<void> {
  const { level, number, seed, baseRateBps, modifierBps } = event.args;
  await sql.query("UPDATE ghostnet.levels SET scans = $2 WHERE level = $1", [level, number]);
  await sql.query(
    `INSERT INTO ghostnet.scans
       (level, number, seed, base_rate_bps, modifier_bps, executed_at, tx_hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [level, number, seed, baseRateBps, modifierBps, blockTime(event), event.transactionHash],
  );
}

export async function onDeathsProcessed(
  event: CoreEvent<"DeathsProcessed">,
  sql: Sql,
): Promise<void> {
  const { level, count, totalCapital } = event.args;
  await sql.query(
    `UPDATE ghostnet.levels SET deaths = deaths + $2, dead_capital = dead_capital + $3
     WHERE level = $1`,
    [level, count, totalCapital],
  );
}

/** The contract takes a quarter, rounded down, from every level at once; positions follow when touched. */
export async function onSystemReset(
  event: CoreEvent<"SystemResetTriggered">,
  sql: Sql,
): Promise<void> {
  const { penaltyPool, jackpotWinner, jackpotAmount } = event.args;
  await sql.query(
    `UPDATE ghostnet.levels SET total_staked = total_staked - div(total_staked, ${PENALTY_PARTS})`,
    [],
  );
  await sql.query(
    `INSERT INTO ghostnet.resets (id, penalty_pool, jackpot_winner, jackpot, at)
     VALUES ($1, $2, $3, $4, $5)`,
    [eventKey(event), penaltyPool, jackpotWinner.toLowerCase(), jackpotAmount, blockTime(event)],
  );
  if (jackpotWinner === zeroAddress) return;
  await recordResult(sql, event, { user: jackpotWinner, kind: "gain", value: jackpotAmount });
}

export async function onResetDeadlineMoved(
  event: CoreEvent<"ResetDeadlineMoved">,
  sql: Sql,
): Promise<void> {
  await sql.query(
    `INSERT INTO ghostnet.clock (id, reset_deadline) VALUES (1, $1)
     ON CONFLICT (id) DO UPDATE SET reset_deadline = EXCLUDED.reset_deadline`,
    [chainTime(event.args.deadline)],
  );
}

export async function onBoostApplied(event: CoreEvent<"BoostApplied">, sql: Sql): Promise<void> {
  const { user, boostType, valueBps, expiry } = event.args;
  await sql.query(
    `INSERT INTO ghostnet.boosts (id, user_address, boost_type, value_bps, expires_at, applied_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [eventKey(event), user.toLowerCase(), boostType, valueBps, chainTime(expiry), blockTime(event)],
  );
}
