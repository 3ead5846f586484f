import type { BlockSql, RowSql, RowTable } from "@ghostchain/product";

/** The rows that projections write, one by one. Days are text: 2026-01-20. */
export interface UserRow {
  readonly address: string;
  readonly created_at: Date;
  readonly total_extracted: bigint;
  readonly pnl: bigint;
  readonly ghost_streak_best: number;
  /** The last position, open or not. */
  readonly position_id: string | null;
}

export interface DayRow {
  readonly user_address: string;
  readonly day: string;
  readonly extracted: bigint;
  readonly pnl: bigint;
  readonly streak_best: number;
}

export interface PositionRow {
  readonly id: string;
  readonly user_address: string;
  readonly level: number;
  readonly amount: bigint;
  readonly entry_at: Date;
  readonly exit_at: Date | null;
  readonly exit_type: "extracted" | "traced" | "emergency" | null;
  readonly rewards_earned: bigint;
  readonly penalties: bigint;
  readonly ghost_streak: number;
  readonly tx_hash_survived: string | null;
  readonly alive: boolean;
  readonly tx_hash_in: string;
  readonly tx_hash_out: string | null;
}

export interface LevelRow {
  readonly level: number;
  readonly death_rate_bps: number;
  readonly scan_interval_seconds: number;
  readonly min_stake: bigint;
  readonly total_staked: bigint;
  readonly players: number;
  readonly scans: number;
  readonly next_scan_at: Date | null;
  readonly deaths: bigint;
  readonly dead_capital: bigint;
}

export interface ScanRow {
  readonly level: number;
  readonly number: number;
  readonly seed: string;
  readonly base_rate_bps: number;
  readonly modifier_bps: number;
  readonly executed_at: Date;
  readonly tx_hash: string;
  readonly deaths: number;
  readonly survivors: number;
  readonly dead_capital: bigint;
  readonly same_level: bigint;
  readonly upstream: bigint;
  readonly burned: bigint;
  readonly protocol: bigint;
}

interface BoostRow {
  readonly id: string;
  readonly user_address: string;
  readonly boost_type: number;
  readonly value_bps: number;
  readonly expires_at: Date;
  readonly applied_at: Date;
}

interface GameRow {
  readonly id: 1;
  readonly reset_deadline: Date | null;
  readonly boost_signer: string | null;
}

export const usersOf = (sql: BlockSql): RowTable<UserRow> => sql.table("users");
export const daysOf = (sql: BlockSql): RowTable<DayRow> => sql.table("days");
export const positionsOf = (sql: BlockSql): RowTable<PositionRow> => sql.table("positions");
export const levelsOf = (sql: BlockSql): RowTable<LevelRow> => sql.table("levels");
export const scansOf = (sql: BlockSql): RowTable<ScanRow> => sql.table("scans");
export const boostsOf = (sql: BlockSql): RowTable<BoostRow> => sql.table("boosts");
export const gameOf = (sql: BlockSql): RowTable<GameRow> => sql.table("game");

/** The user's last position, open or not. */
export async function lastPosition(sql: RowSql, address: string): Promise<PositionRow | undefined> {
  const user = await sql.table<UserRow>("users").find({ address });
  if (user?.position_id == null) return undefined;
  return sql.table<PositionRow>("positions").find({ id: user.position_id });
}

/** The user's open position. */
export async function livePosition(sql: RowSql, address: string): Promise<PositionRow | undefined> {
  const position = await lastPosition(sql, address);
  return position?.alive ? position : undefined;
}
