const DAY_MS = 86_400_000;
const DAYS_A_WEEK = 7;
/** 1970-01-01 was a Thursday; ISO weeks begin on Monday, three days before it. */
const MONDAY_OFFSET_DAYS = 3;

/** From `[start` to `end)`. */
export interface Period {
  readonly start: Date;
  readonly end: Date;
}

/** The UTC day or the ISO week that `nowMs` lies in. */
export function periodOf(period: "daily" | "weekly", nowMs: number): Period {
  const day = Math.floor(nowMs / DAY_MS);
  if (period === "daily") return days(day, 1);
  return days(day - ((day + MONDAY_OFFSET_DAYS) % DAYS_A_WEEK), DAYS_A_WEEK);
}

function days(first: number, count: number): Period {
  return { start: new Date(first * DAY_MS), end: new Date((first + count) * DAY_MS) };
}
