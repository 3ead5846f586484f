import { type Hardfork, includesFork } from "@ghostchain/evm";

const MIN_DIFFICULTY = 131_072n;
const BOUND_DIVISOR = 2_048n;
const MAX_FALL = -99n;
const BOMB_PERIOD_BLOCKS = 100_000n;

export interface DifficultyRules {
  readonly hardfork: Hardfork;
  readonly bombDelayBlocks: bigint;
}

export interface DifficultyParent {
  readonly difficulty: bigint;
  readonly timestamp: bigint;
  readonly hasOmmers: boolean;
}

/**
 * Difficulty of block `number` after `parent`; zero since Paris.
 *
 * @see Yellow paper, 4.3.4; EIP-2 (Homestead), EIP-100 (ommers, Byzantium), EIP-649 and later (delays of the bomb)
 */
export function nextDifficulty(
  parent: DifficultyParent,
  number: bigint,
  timestamp: bigint,
  rules: DifficultyRules,
): bigint {
  if (includesFork(rules.hardfork, "paris")) return 0n;
  const step = parent.difficulty / BOUND_DIVISOR;
  const calm = parent.difficulty + step * adjustment(parent, timestamp, rules.hardfork);
  const difficulty = calm + bombOf(number, rules.bombDelayBlocks);
  return difficulty > MIN_DIFFICULTY ? difficulty : MIN_DIFFICULTY;
}

/** In how many steps the difficulty moves for the time that the block took. */
function adjustment(parent: DifficultyParent, timestamp: bigint, hardfork: Hardfork): bigint {
  const elapsed = timestamp - parent.timestamp;
  if (!includesFork(hardfork, "homestead")) return elapsed < 13n ? 1n : -1n;
  const steps = includesFork(hardfork, "byzantium")
    ? (parent.hasOmmers ? 2n : 1n) - elapsed / 9n
    : 1n - elapsed / 10n;
  return steps > MAX_FALL ? steps : MAX_FALL;
}

/** The exponential part, which doubles every 100,000 blocks. */
function bombOf(number: bigint, delayBlocks: bigint): bigint {
  const counted = number > delayBlocks ? number - delayBlocks : 0n;
  const period = counted / BOMB_PERIOD_BLOCKS;
  return period > 1n ? 2n ** (period - 2n) : 0n;
}
