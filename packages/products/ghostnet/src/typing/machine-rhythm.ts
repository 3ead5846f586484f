/** Fewer intervals say nothing about a rhythm; so short a game earns nothing either. */
const INTERVALS_MIN = 6;
/** A person's middle four fifths of intervals spread over their median or so; a jittered loop's over little of it. */
const SPREAD_MIN = 0.25;
const PERIOD_MAX = 8;
/** Of a repeated pattern, for clocks that round. */
const SAME_MS = 1;

/**
 * Whether keys came as a program sends them: at (nearly) even intervals but for a few pauses, or in a pattern that
 * repeats.
 */
export function isMachineRhythm(times: readonly number[]): boolean {
  const intervals = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  if (intervals.length < INTERVALS_MIN) return false;
  return isEven(intervals) || repeats(intervals);
}

function isEven(intervals: readonly number[]): boolean {
  const sorted = intervals.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.round(part * (sorted.length - 1))] ?? 0;
  return at(0.9) - at(0.1) < SPREAD_MIN * at(0.5) || at(0.9) === at(0.1);
}

function repeats(intervals: readonly number[]): boolean {
  for (let period = 1; period <= PERIOD_MAX && 3 * period <= intervals.length; period++) {
    const same = intervals.every((interval, index) => {
      const before = intervals[index - period];
      return before === undefined || Math.abs(interval - before) <= SAME_MS;
    });
    if (same) return true;
  }
  return false;
}
