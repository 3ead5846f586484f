import { type ModelEvent, userAddress } from "./feed-model.ts";

/** Every answer again, computed from the events that stand, without a database. */

const HOUR_MS = 3_600_000;
export const LENGTHS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS };

export interface PlainRange {
  readonly period: keyof typeof LENGTHS;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Walks the calendar, so that it shares no arithmetic with what it checks. */
export function plainStarts({ period, fromMs, toMs }: PlainRange): number[] {
  const first = new Date(fromMs);
  if (period === "hour") first.setUTCMinutes(0, 0, 0);
  else first.setUTCHours(0, 0, 0, 0);
  while (period === "week" && first.getUTCDay() !== 1) first.setUTCDate(first.getUTCDate() - 1);
  const starts: number[] = [];
  for (let at = first.getTime(); at < toMs; at += LENGTHS[period]) starts.push(at);
  return starts;
}

export function plainEvents(events: readonly ModelEvent[], range: PlainRange, type?: string) {
  const of = (some: readonly ModelEvent[]) => {
    const counts: Record<string, number> = {};
    for (const event of some) counts[event.type] = (counts[event.type] ?? 0) + 1;
    return counts;
  };
  const wanted = events.filter((event) => type === undefined || event.type === type);
  const points = byPeriod(wanted, range).map(({ start, events: some }) => ({
    start,
    events: of(some),
  }));
  return { total: of(inRange(wanted, range)), points };
}

export function plainUsers(events: readonly ModelEvent[], range: PlainRange) {
  const of = (some: readonly ModelEvent[]) =>
    new Set(some.filter(({ type }) => type !== "LOST").map(({ user }) => userAddress(user))).size;
  const points = byPeriod(events, range).map(({ start, events: some }) => ({
    start,
    users: of(some),
  }));
  return { users: of(inRange(events, range)), points };
}

export function plainVolume(events: readonly ModelEvent[], range: PlainRange, level?: string) {
  const of = (some: readonly ModelEvent[]) => ({
    sold: sum(some.flatMap(({ type, amount }) => (type === "SOLD" ? [amount] : []))),
    fees: sum(
      some.flatMap(({ type, amount, fee }) => {
        if (type === "LOST") return [amount];
        return type === "SOLD" && fee !== undefined ? [fee] : [];
      }),
    ),
  });
  const wanted = events.filter((event) => level === undefined || event.level === level);
  const points = byPeriod(wanted, range).map(({ start, events: some }) => ({
    start,
    sums: of(some),
  }));
  return { total: of(inRange(wanted, range)), points };
}

function sum(amounts: readonly bigint[]): { amount: string; events: number } {
  return { amount: amounts.reduce((a, b) => a + b, 0n).toString(), events: amounts.length };
}

function byPeriod(events: readonly ModelEvent[], range: PlainRange) {
  return plainStarts(range).map((startMs) => ({
    start: new Date(startMs).toISOString(),
    events: events.filter(({ atMs }) => atMs >= startMs && atMs < startMs + LENGTHS[range.period]),
  }));
}

function inRange(events: readonly ModelEvent[], range: PlainRange): readonly ModelEvent[] {
  return byPeriod(events, range).flatMap(({ events: some }) => some);
}
