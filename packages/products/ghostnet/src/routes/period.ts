const DAY_MS = 86_400_000;
const DAYS_A_WEEK = 7;
/** 1970-01-01 was a Thursday; ISO weeks begin on Monday, three days before it. */
const MONDAY_OFFSET_DAYS = 3;

/** When the UTC day or the ISO week that `nowMs` lies in began. */
export function periodStart(period: "daily" | "weekly", nowMs: number): Date {
  const day = Math.floor(nowMs / DAY_MS);
  if (period === "daily") return new Date(day * DAY_MS);
  const sinceMonday = (day + MONDAY_OFFSET_DAYS) % DAYS_A_WEEK;
  return new Date((day - sinceMonday) * DAY_MS);
}
