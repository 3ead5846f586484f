import type { Sql } from "@ghostchain/database";
import { getAddress } from "viem";
import { levelName } from "../level.ts";
import { type CrewBonus, crewBonuses } from "./crew-bonuses.ts";

/** Members shown; the stats count all. */
const MEMBERS_MAX = 200;

export interface CrewMemberAnswer {
  readonly address: string;
  readonly joinedAt: string;
  readonly totalExtracted: string;
  readonly pnl: string;
  readonly ghostStreakBest: number;
  /** null without a live position */
  readonly level: string | null;
  readonly amount: string | null;
}

interface MemberRow {
  readonly [column: string]: unknown;
  readonly user_address: string;
  readonly joined_at: Date;
  readonly total_extracted: bigint;
  readonly pnl: bigint;
  readonly ghost_streak_best: number;
  readonly level: number | null;
  readonly amount: bigint | null;
}

/** The members who extracted most, in the order of that. */
export async function readMembers(sql: Sql, crewId: string): Promise<CrewMemberAnswer[]> {
  const rows = await sql.query<MemberRow>(
    `SELECT m.user_address, m.joined_at, COALESCE(u.total_extracted, 0) AS total_extracted,
       COALESCE(u.pnl, 0) AS pnl, COALESCE(u.ghost_streak_best, 0) AS ghost_streak_best,
       p.level, p.amount
     FROM ghostnet.crew_members m LEFT JOIN ghostnet.users u ON u.address = m.user_address
     LEFT JOIN ghostnet.positions p ON p.user_address = m.user_address AND p.alive
     WHERE m.crew_id = $1
     ORDER BY 3 DESC, m.joined_at, m.user_address LIMIT ${MEMBERS_MAX}`,
    [crewId],
  );
  return rows.map((row) => ({
    address: getAddress(row.user_address),
    joinedAt: row.joined_at.toISOString(),
    totalExtracted: row.total_extracted.toString(),
    pnl: row.pnl.toString(),
    ghostStreakBest: row.ghost_streak_best,
    level: row.level === null ? null : levelName(row.level),
    amount: row.amount?.toString() ?? null,
  }));
}

export interface CrewStatsAnswer {
  readonly members: number;
  readonly alive: number;
  readonly staked: string;
  readonly extracted: string;
  readonly pnl: string;
  readonly streakBest: number;
}

export async function readStats(
  sql: Sql,
  crewId: string,
): Promise<{ stats: CrewStatsAnswer; bonuses: CrewBonus[] }> {
  const [row] = await sql.query<{
    members: bigint;
    alive: bigint;
    staked: bigint;
    levels: number[] | null;
    extracted: bigint;
    pnl: bigint;
    streak_best: number;
  }>(
    `SELECT count(*) AS members, count(p.id) AS alive, COALESCE(sum(p.amount), 0) AS staked,
       array_agg(DISTINCT p.level) FILTER (WHERE p.id IS NOT NULL) AS levels,
       COALESCE(sum(u.total_extracted), 0) AS extracted, COALESCE(sum(u.pnl), 0) AS pnl,
       COALESCE(max(u.ghost_streak_best), 0) AS streak_best
     FROM ghostnet.crew_members m LEFT JOIN ghostnet.users u ON u.address = m.user_address
     LEFT JOIN ghostnet.positions p ON p.user_address = m.user_address AND p.alive
     WHERE m.crew_id = $1`,
    [crewId],
  );
  const members = Number(row?.members ?? 0n);
  const alive = Number(row?.alive ?? 0n);
  const { staked = 0n, extracted = 0n, pnl = 0n } = row ?? {};
  const streakBest = row?.streak_best ?? 0;
  const levels = row?.levels ?? [];
  return {
    stats: {
      ...{ members, alive, streakBest },
      staked: staked.toString(),
      extracted: extracted.toString(),
      pnl: pnl.toString(),
    },
    bonuses: crewBonuses({ members, alive, levels, extracted, pnl, streakBest }),
  };
}
