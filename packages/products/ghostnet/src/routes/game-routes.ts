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

/** What each ranking adds up; ties go by address, so that the order is the same everywhere. */
const RANKED = {
  extracted: { kinds: ["extracted"], value: "sum(value)" },
  streak: { kinds: ["streak"], value: "max(value)" },
  pnl: {
    kinds: ["gain", "loss"],
    value: "sum(CASE kind WHEN 'gain' THEN value ELSE -value END)",
  },
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
    const { kinds, value } = RANKED[type];
    const rows = await database.query<{ user_address: string; value: bigint }>(
      `SELECT user_address, ${value} AS value FROM ghostnet.results
       WHERE kind = ANY($1::text[]) AND at >= $2
       GROUP BY user_address ORDER BY value DESC, user_address LIMIT $3`,
      [kinds, periodStart(period, clock.now()), limit],
    );
    const entries = rows.map((row, index) => ({
      rank: index + 1,
      address: getAddress(row.user_address),
      value: row.value.toString(),
    }));
    return { entries };
  },
};

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
