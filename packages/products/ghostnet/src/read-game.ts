import type { Sql } from "@ghostchain/database";
import { type Address, getAddress } from "viem";
import { levelName } from "./level.ts";

export interface LevelAnswer {
  readonly level: number;
  readonly name: string;
  readonly deathRateBps: number;
  readonly scanIntervalSeconds: number;
  readonly minStake: string;
  readonly totalStaked: string;
  readonly players: number;
  readonly scans: number;
  readonly deaths: number;
  /** Milliseconds since the Unix epoch; null for a level that is never scanned. */
  readonly nextScanAt: number | null;
}

export interface PositionAnswer {
  readonly id: string;
  readonly address: string;
  readonly level: string;
  readonly amount: string;
  readonly entryAt: string;
  readonly exitAt: string | null;
  readonly exitType: string | null;
  readonly rewardsEarned: string;
  readonly penalties: string;
  readonly ghostStreak: number;
  readonly alive: boolean;
  readonly txHashIn: string;
  readonly txHashOut: string | null;
}

export async function readLevels(sql: Sql, nowMs: number): Promise<LevelAnswer[]> {
  const rows = await sql.query<{
    level: number;
    death_rate_bps: number;
    scan_interval_seconds: number;
    min_stake: bigint;
    total_staked: bigint;
    players: number;
    scans: number;
    deaths: bigint;
    next_scan_at: Date | null;
  }>("SELECT * FROM ghostnet.levels ORDER BY level", []);
  return rows.map((row) => ({
    level: row.level,
    name: levelName(row.level),
    deathRateBps: row.death_rate_bps,
    scanIntervalSeconds: row.scan_interval_seconds,
    minStake: row.min_stake.toString(),
    totalStaked: row.total_staked.toString(),
    players: row.players,
    scans: row.scans,
    deaths: Number(row.deaths),
    nextScanAt: row.next_scan_at && nextScanAtMs(row.next_scan_at.getTime(), row, nowMs),
  }));
}

/** A scan that falls due in an empty level is passed over; the schedule goes on. */
function nextScanAtMs(
  scheduledMs: number,
  level: { players: number; scan_interval_seconds: number },
  nowMs: number,
): number {
  const intervalMs = level.scan_interval_seconds * 1_000;
  if (level.players > 0 || nowMs < scheduledMs || intervalMs === 0) return scheduledMs;
  return scheduledMs + (Math.floor((nowMs - scheduledMs) / intervalMs) + 1) * intervalMs;
}

export interface PositionRow {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly user_address: string;
  readonly level: number;
  readonly amount: bigint;
  readonly entry_at: Date;
  readonly exit_at: Date | null;
  readonly exit_type: string | null;
  readonly rewards_earned: bigint;
  readonly penalties: bigint;
  readonly ghost_streak: number;
  readonly alive: boolean;
  readonly tx_hash_in: string;
  readonly tx_hash_out: string | null;
}

export async function readLivePosition(
  sql: Sql,
  address: Address,
): Promise<PositionAnswer | undefined> {
  const [row] = await sql.query<PositionRow & Record<string, unknown>>(
    "SELECT * FROM ghostnet.positions WHERE user_address = $1 AND alive",
    [address.toLowerCase()],
  );
  return row && answerPosition(row);
}

export function answerPosition(row: PositionRow): PositionAnswer {
  return {
    id: row.id,
    address: getAddress(row.user_address),
    level: levelName(row.level),
    amount: row.amount.toString(),
    entryAt: row.entry_at.toISOString(),
    exitAt: row.exit_at?.toISOString() ?? null,
    exitType: row.exit_type,
    rewardsEarned: row.rewards_earned.toString(),
    penalties: row.penalties.toString(),
    ghostStreak: row.ghost_streak,
    alive: row.alive,
    txHashIn: row.tx_hash_in,
    txHashOut: row.tx_hash_out,
  };
}
