/** What lowers the death rate. */
export const BOOST_DEATH_RATE = 0;

/** From this accuracy on, so many basis points. */
const TIERS = [
  { accuracy: 1, bps: 2_500 },
  { accuracy: 0.95, bps: 2_000 },
  { accuracy: 0.85, bps: 1_500 },
  { accuracy: 0.7, bps: 1_000 },
  { accuracy: 0.5, bps: 500 },
] as const;
const SPEED_ACCURACY_MIN = 0.95;
/** Above so many words a minute, so many more. */
const SPEED_BONUSES = [
  { wpm: 100, bps: 1_000 },
  { wpm: 80, bps: 500 },
] as const;
const MAX_BPS = 3_500;

/** By how many basis points a game lowers the death rate; 0 below half of the command. */
export function rewardBps({ accuracy, wpm }: { accuracy: number; wpm: number }): number {
  const tier = TIERS.find((one) => accuracy >= one.accuracy)?.bps ?? 0;
  const fast = SPEED_BONUSES.find((one) => wpm > one.wpm)?.bps ?? 0;
  return Math.min(tier + (accuracy >= SPEED_ACCURACY_MIN ? fast : 0), MAX_BPS);
}
