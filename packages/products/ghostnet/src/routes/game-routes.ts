import type { ProductRoute } from "@ghostchain/product";
import type { Clock } from "@ghostchain/service";
import { z } from "zod";
import { FreshAnswers } from "../fresh-answers.ts";
import { periodOf } from "../leaderboard/period.ts";
import {
  LEADERBOARD_TYPES,
  type LeaderboardEntry,
  readAllTime,
  readPeriod,
} from "../leaderboard/read-leaderboard.ts";
import { readLevels } from "../read-game.ts";
import { levelAnswer } from "./answers.ts";

const ENTRIES_MAX = 100;
/** Three types, two periods, and those that were before midnight. */
const ANSWERS_KEPT = 12;

const leaderboardQuery = z.object({
  type: z
    .enum(LEADERBOARD_TYPES)
    .default("extracted")
    .meta({
      description:
        "extracted: principal and rewards taken out; streak: most scans survived in a row; pnl: rewards and " +
        "jackpots less penalties and lost principal",
    }),
  period: z.enum(["daily", "weekly", "all"]).default("all").meta({
    description: "the UTC day, or the ISO week, that it is now",
  }),
  limit: z.coerce.number().int().min(1).max(ENTRIES_MAX).default(ENTRIES_MAX),
});

export const leaderboardAnswer = z.object({
  entries: z.array(
    z.object({
      rank: z.int().meta({ description: "equals share it: 1, 2, 2, 4" }),
      address: z.string(),
      value: z.string().meta({
        description: "wei of DATA, or a count of scans for streak",
        examples: ["120000000000000000000"],
      }),
    }),
  ),
});

export function leaderboardRoute(clock: Clock): ProductRoute {
  const answers = new FreshAnswers<readonly LeaderboardEntry[]>(clock, ANSWERS_KEPT);
  return {
    method: "GET",
    path: "/leaderboard",
    summary: "The best by what they extracted, their longest streak, or profit and loss",
    description: "Those of a day or a week are read about once a second.",
    auth: "none",
    query: leaderboardQuery,
    response: leaderboardAnswer,
    // the day ends, and what is read once a second is up to a second old
    cache: { maxAgeMs: 1_000 },
    async handle(request, { database }) {
      const { type, period, limit } = request.query as z.output<typeof leaderboardQuery>;
      if (period === "all") return { entries: await readAllTime(database, type, limit) };
      const now = periodOf(period, clock.now());
      const key = `${type} ${period} ${now.start.getTime()}`;
      const entries = await answers.get(key, () => readPeriod(database, type, now, ENTRIES_MAX));
      return { entries: entries.slice(0, limit) };
    },
  };
}

export const levelsAnswer = z.object({ levels: z.array(levelAnswer) });

export const levelsRoute: ProductRoute = {
  method: "GET",
  path: "/levels",
  summary: "The five levels: stake, players, death rate and next scan",
  auth: "none",
  response: levelsAnswer,
  // a scan that falls due in an empty level is passed over
  cache: { maxAgeMs: 1_000 },
  async handle(_request, { database, clock }) {
    return { levels: await readLevels(database, clock.now()) };
  },
};
