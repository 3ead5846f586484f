import { z } from "zod";
import { AnalyticsError } from "./analytics-error.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 1970-01-05 was a Monday: ISO weeks begin there. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** A month of hours. */
export const PERIODS_MAX = 750;

const PERIODS = {
  hour: { lengthMs: HOUR_MS, originMs: 0, usual: 24 },
  day: { lengthMs: DAY_MS, originMs: 0, usual: 30 },
  week: { lengthMs: 7 * DAY_MS, originMs: FIRST_MONDAY_MS, usual: 12 },
} as const;

type PeriodName = keyof typeof PERIODS;

const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()]).meta({
  description: "ISO 8601, such as 2026-01-20 (midnight UTC) or 2026-01-20T16:00:00Z",
});

/** Of every question that is asked by period. */
export const rangeQuery = z.object({
  period: z.enum(["hour", "day", "week"]).default("day").meta({
    description: "UTC hours, UTC days, or ISO weeks, which begin on Monday",
  }),
  from: moment.optional(),
  to: moment.optional(),
});

/** Whole periods, one after the other: `count` of them from `startMs`. */
export interface Range {
  readonly period: PeriodName;
  readonly startMs: number;
  readonly endMs: number;
  readonly lengthMs: number;
  readonly count: number;
}

/**
 * The periods that `[from, to)` touches; without `to` up to the one that it is now, and without `from` the last 24
 * hours, 30 days or 12 weeks of them.
 *
 * @throws {AnalyticsError} `ANALYTICS_RANGE_INVALID`, `ANALYTICS_RANGE_TOO_LONG`
 */
export function resolveRange(asked: z.output<typeof rangeQuery>, nowMs: number): Range {
  const { lengthMs, originMs, usual } = PERIODS[asked.period];
  const floor = (ms: number) => Math.floor((ms - originMs) / lengthMs) * lengthMs + originMs;
  const toMs = asked.to === undefined ? nowMs + 1 : Date.parse(asked.to);
  const endMs = floor(toMs - 1) + lengthMs;
  const fromMs = asked.from === undefined ? endMs - usual * lengthMs : Date.parse(asked.from);
  if (fromMs >= toMs) throw emptyRange(fromMs, toMs);
  const startMs = floor(fromMs);
  const count = (endMs - startMs) / lengthMs;
  if (count > PERIODS_MAX)
    throw new AnalyticsError(
      { code: "ANALYTICS_RANGE_TOO_LONG", status: 400, periods: count, max: PERIODS_MAX },
      `these are ${count} periods (${asked.period}), at most ${PERIODS_MAX} are answered: ask for less, or for longer ones`,
    );
  return { period: asked.period, startMs, endMs, lengthMs, count };
}

function emptyRange(fromMs: number, toMs: number): AnalyticsError {
  const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  return new AnalyticsError(
    { code: "ANALYTICS_RANGE_INVALID", status: 400, from, to },
    `from (${from}) must be before to (${to})`,
  );
}
