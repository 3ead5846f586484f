import type { Sql } from "@ghostchain/database";
import type { ProductRoute } from "@ghostchain/product";
import { getAddress } from "viem";
import { z } from "zod";
import { readLevels } from "../read-game.ts";
import { levelAnswer } from "./answers.ts";
import { periodStart } from "./period.ts";

const leaderboardQuery = z.object({
  type: z.enum(["extracted", "streak", "pnl"]).default("extracted"),
  period: z.enum(["daily", "weekly", "all"]).default("all"),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** By type: what a user's row of all time holds, and what days add up to. Ties go by address. */
const RANKED = {
  extracted: { total: "total_extracted", ofDays: "sum(extracted)" },
  streak: { total: "ghost_streak_best", ofDays: "max(streak_best)" },
  pnl: { total: "pnl", ofDays: "sum(pnl)" },
} as const;

export const leaderboardRoute: ProductRoute = {
  method: "GET",
  path: "/leaderboard",
  summary: "The best by what they extracted, their longest streak, or profit and loss",
  auth: "none",
  query: leaderboardQuery,
  response: z.object({
    entries: z.array(
      z.object({
        rank: z.int(),
        address: z.string(),
        value: z.string().meta({ description: "wei of DATA, or a count of scans for streak" }),
      }),
    ),
  }),
  async handle(request, { database, clock }) {
    const { type, period, limit } = request.query as z.output<typeof leaderboardQuery>;
    const rows =
      period === "all"
        ? await rankAllTime(database, type, limit)
        : await rankSince(database, type, periodStart(period, clock.now()), limit);
    const entries = rows.map((row, index) => ({
      rank: index + 1,
      address: getAddress(row.address),
      value: row.value.toString(),
    }));
    return { entries };
  },
};

type Ranked = { readonly address: string; readonly value: bigint | number };

function rankAllTime(sql: Sql, type: keyof typeof RANKED, limit: number): Promise<Ranked[]> {
  const { total } = RANKED[type];
  return sql.query<Ranked>(
    `SELECT address, ${total} AS value FROM ghostnet.users WHERE ${total} <> 0
     ORDER BY ${total} DESC, address LIMIT $1`,
    [limit],
  );
}

function rankSince(
  sql: Sql,
  type: keyof typeof RANKED,
  since: Date,
  limit: number,
): Promise<Ranked[]> {
  const { ofDays } = RANKED[type];
  return sql.query<Ranked>(
    `SELECT user_address AS address, ${ofDays} AS value FROM ghostnet.days
     WHERE day >= ($1::timestamptz AT TIME ZONE 'UTC')::date
     GROUP BY user_address HAVING ${ofDays} <> 0
     ORDER BY value DESC, user_address LIMIT $2`,
    [since, limit],
  );
}

export const levelsRoute: ProductRoute = {
  method: "GET",
  path: "/levels",
  summary: "The five levels: stake, players, death rate and next scan",
  auth: "none",
  response: z.object({ levels: z.array(levelAnswer) }),
  async handle(_request, { database, clock }) {
    return { levels: await readLevels(database, clock.now()) };
  },
};
