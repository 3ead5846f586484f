/** A window is counted in so many parts. */
export const PARTS = 12;

export interface Tally {
  /** Requests in each part of time that the window touches: the newest part and `PARTS` before it, oldest first. */
  readonly parts: readonly number[];
  readonly newestPart: number;
}

export function partMsOf(windowMs: number): number {
  return windowMs / PARTS;
}

export function usedOf({ parts }: Tally): number {
  return parts.reduce((sum, part) => sum + part, 0);
}

/** Until enough of the oldest parts have left the window for one more request. */
export function retryAfterMs(
  { parts, newestPart }: Tally,
  rule: { readonly limit: number; readonly partMs: number },
  nowMs: number,
): number {
  let left = usedOf({ parts, newestPart });
  for (const [index, part] of parts.entries()) {
    left -= part;
    if (left >= rule.limit) continue;
    const leavesAtMs = (newestPart + index + 1) * rule.partMs;
    return Math.max(1, Math.ceil(leavesAtMs - nowMs));
  }
  return PARTS * rule.partMs;
}
