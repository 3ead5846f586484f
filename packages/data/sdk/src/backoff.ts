/**
 * How long to wait before the `attempt`th try (from 0): anywhere up to twice as long each time, so that
 * clients that were cut off together do not come back together.
 *
 * @param chance - from 0 up to 1
 */
export function backoffMs(
  attempt: number,
  { minMs, maxMs }: { minMs: number; maxMs: number },
  chance: number,
): number {
  const ceilingMs = Math.min(maxMs, minMs * 2 ** Math.min(attempt + 1, 30));
  return Math.round(minMs + chance * (ceilingMs - minMs));
}
