import { type Hardfork, includesFork, type World } from "@ghostchain/evm";
import type { Header, Withdrawal } from "@ghostchain/protocol";

const WEI_PER_GWEI = 10n ** 9n;
const WEI_PER_ETHER = 10n ** 18n;
/** An ommer is worth an eighth less for each block that it is older. */
const OMMER_PARTS = 8n;
/** What including an ommer is worth, as a part of the reward. */
const INCLUSION_PARTS = 32n;

/** Reward of a block before Paris. @see EIP-649, EIP-1234 */
function blockRewardWei(hardfork: Hardfork): bigint {
  if (includesFork(hardfork, "constantinople")) return 2n * WEI_PER_ETHER;
  return includesFork(hardfork, "byzantium") ? 3n * WEI_PER_ETHER : 5n * WEI_PER_ETHER;
}

/**
 * Pays whoever made the block and its ommers; nothing since Paris.
 *
 * @see Yellow paper, 11.3
 */
export function payRewards(
  world: World,
  header: Pick<Header, "coinbase" | "number">,
  ommers: readonly Header[],
  hardfork: Hardfork,
): void {
  if (includesFork(hardfork, "paris")) return;
  const rewardWei = blockRewardWei(hardfork);
  world.beginTransaction();
  for (const ommer of ommers) {
    const ageBlocks = header.number - ommer.number;
    world.addBalance(ommer.coinbase, (rewardWei * (OMMER_PARTS - ageBlocks)) / OMMER_PARTS);
  }
  const forOmmersWei = (rewardWei / INCLUSION_PARTS) * BigInt(ommers.length);
  world.addBalance(header.coinbase, rewardWei + forOmmersWei);
  world.endTransaction();
}

/** Credits what validators take out of the beacon chain. @see EIP-4895 */
export function payWithdrawals(world: World, withdrawals: readonly Withdrawal[]): void {
  if (withdrawals.length === 0) return;
  world.beginTransaction();
  for (const { address, amountGwei } of withdrawals) {
    world.addBalance(address, amountGwei * WEI_PER_GWEI);
  }
  world.endTransaction();
}
