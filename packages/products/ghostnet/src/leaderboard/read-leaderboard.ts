import type { Sql } from "@ghostchain/database";
import { getAddress } from "viem";
import type { Period } from "./period.ts";

export const LEADERBOARD_TYPES = ["extracted", "streak", "pnl"] as const;
export type LeaderboardType = (typeof LEADERBOARD_TYPES)[number];

export interface LeaderboardEntry {
  readonly rank: number;
  readonly address: string;
  readonly value: string;
}

/** By type: what a user's row of all time holds, and what days add up to. */
const RANKED = {
  extracted: { total: "total_extracted", ofDays: "sum(extracted)" },
  streak: { total: "ghost_streak_best", ofDays: "max(streak_best)" },
  pnl: { total: "pnl", ofDays: "sum(pnl)" },
} as const;

type Ranked = { readonly address: string; readonly value: bigint | number };

/** An index holds them in order. */
export async function readAllTime(
  sql: Sql,
  type: LeaderboardType,
  limit: number,
): Promise<LeaderboardEntry[]> {
  const { total } = RANKED[type];
  const rows = await sql.query<Ranked>(
    `SELECT address, ${total} AS value FROM ghostnet.users WHERE ${total} <> 0
     ORDER BY ${total} DESC, address LIMIT $1`,
    [limit],
  );
  return withRanks(rows);
}

/** Adds up the days of everyone who played in the period: some 0.1 s for 100,000 users and a day. */
export async function readPeriod(
  sql: Sql,
  type: LeaderboardType,
  { start, end }: Period,
  limit: number,
): Promise<LeaderboardEntry[]> {
  const { ofDays } = RANKED[type];
  const rows = await sql.query<Ranked>(
    `SELECT user_address AS address, ${ofDays} AS value FROM ghostnet.days
     WHERE day >= ($1::timestamptz AT TIME ZONE 'UTC')::date
       AND day < ($2::timestamptz AT TIME ZONE 'UTC')::date
     GROUP BY user_address HAVING ${ofDays} <> 0
     ORDER BY value DESC, user_address LIMIT $3`,
    [start, end, limit],
  );
  return withRanks(rows);
}

/** Equals share a rank, and the next one counts them: 1, 2, 2, 4. Among equals the order is that of addresses. */
function withRanks(rows: readonly Ranked[]): LeaderboardEntry[] {
  let rank = 0;
  return rows.map(({ address, value }, index) => {
    if (rows[index - 1]?.value !== value) rank = index + 1;
    return { rank, address: getAddress(address), value: value.toString() };
  });
}
