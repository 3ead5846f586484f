/**
 * Counts one more happening at `nowMs` unless `limit` of them lie within the last `windowMs`: exact in any
 * window, so there is no burst across an edge. `timesMs` keeps at most `limit` of them, oldest first.
 */
export function withinRate(
  timesMs: number[],
  limit: number,
  windowMs: number,
  nowMs: number,
): boolean {
  while (timesMs.length > 0 && (timesMs[0] ?? 0) <= nowMs - windowMs) timesMs.shift();
  if (timesMs.length >= limit) return false;
  timesMs.push(nowMs);
  return true;
}
