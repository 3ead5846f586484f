import type { BlockSql } from "@ghostchain/product";
import { zeroAddress } from "viem";
import { blockTime, chainTime, eventKey } from "./event-key.ts";
import type { CoreEvent, ScanEvent } from "./game-events.ts";
import { penalizePositions } from "./positions.ts";
import { recordResult } from "./result.ts";
import { boostsOf, gameOf, levelsOf, type ScanRow, scansOf } from "./tables.ts";

export async function onLevelConfigured(
  event: CoreEvent<"LevelConfigured">,
  sql: BlockSql,
): Promise<void> {
  const { level, deathRateBps, scanInterval, minStake } = event.args;
  const config = {
    death_rate_bps: deathRateBps,
    scan_interval_seconds: scanInterval,
    min_stake: minStake,
  };
  await levelsOf(sql).upsert(
    {
      ...{ level, ...config, total_staked: 0n, players: 0, scans: 0, next_scan_at: null },
      ...{ deaths: 0n, dead_capital: 0n },
    },
    () => config,
  );
}

export async function onScanScheduled(
  event: CoreEvent<"ScanScheduled">,
  sql: BlockSql,
): Promise<void> {
  const { level, scanAt } = event.args;
  await levelsOf(sql).update({ level }, { next_scan_at: chainTime(scanAt) });
}

export async function onScanExecuted(
  event: ScanEvent<"ScanExecuted">,
  sql: BlockSql,
): Promise<void> {
  const { level, number, seed, baseRateBps, modifierBps } = event.args;
  await levelsOf(sql).update({ level }, { scans: number });
  scansOf(sql).insert({
    ...{ level, number, seed, base_rate_bps: baseRateBps, modifier_bps: modifierBps },
    ...{ executed_at: blockTime(event), tx_hash: event.transactionHash },
    ...{ deaths: 0, survivors: 0, dead_capital: 0n },
    ...{ same_level: 0n, upstream: 0n, burned: 0n, protocol: 0n },
  });
}

export async function onDeathsProcessed(
  event: CoreEvent<"DeathsProcessed">,
  sql: BlockSql,
): Promise<void> {
  const { level, count, totalCapital } = event.args;
  await levelsOf(sql).update({ level }, ({ deaths, dead_capital }) => ({
    deaths: deaths + count,
    dead_capital: dead_capital + totalCapital,
  }));
  await updateLastScan(sql, level, ({ deaths, dead_capital }) => ({
    deaths: deaths + Number(count),
    dead_capital: dead_capital + totalCapital,
  }));
}

export async function onGhostStreaksUpdated(
  event: CoreEvent<"GhostStreaksUpdated">,
  sql: BlockSql,
): Promise<void> {
  const { level, count } = event.args;
  await updateLastScan(sql, level, ({ survivors }) => ({ survivors: survivors + Number(count) }));
}

export async function onCascadeDistributed(
  event: CoreEvent<"CascadeDistributed">,
  sql: BlockSql,
): Promise<void> {
  const { level, sameLevel, upstream, burned, protocol } = event.args;
  const shares = { same_level: sameLevel, upstream, burned, protocol };
  await updateLastScan(sql, level, () => shares);
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
  await recordResult(sql, event, { user: jackpotWinner, pnl: jackpotAmount });
}

export async function onResetDeadlineMoved(
  event: CoreEvent<"ResetDeadlineMoved">,
  sql: BlockSql,
): Promise<void> {
  const deadline = { reset_deadline: chainTime(event.args.deadline) };
  await gameOf(sql).upsert({ id: 1, ...deadline, boost_signer: null }, () => deadline);
}

export async function onBoostSignerUpdated(
  event: CoreEvent<"BoostSignerUpdated">,
  sql: BlockSql,
): Promise<void> {
  const signer = { boost_signer: event.args.newSigner.toLowerCase() };
  await gameOf(sql).upsert({ id: 1, reset_deadline: null, ...signer }, () => signer);
}

export async function onBoostApplied(
  event: CoreEvent<"BoostApplied">,
  sql: BlockSql,
): Promise<void> {
  const { user, boostType, valueBps, expiry } = event.args;
  boostsOf(sql).insert({
    ...{ id: eventKey(event), user_address: user.toLowerCase(), boost_type: boostType },
    ...{ value_bps: valueBps, expires_at: chainTime(expiry), applied_at: blockTime(event) },
  });
}

/** An outcome belongs to the level's last scan: the next one opens only when that is closed. */
async function updateLastScan(
  sql: BlockSql,
  level: number,
  change: (scan: ScanRow) => Partial<ScanRow>,
): Promise<void> {
  const last = await levelsOf(sql).find({ level });
  if (last) await scansOf(sql).update({ level, number: last.scans }, change);
}
