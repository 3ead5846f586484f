import type { Header } from "../block/block.ts";

/** Wei per gas in the first block with a base fee. */
export const INITIAL_BASE_FEE_WEI = 1_000_000_000n;

/** The gas limit is this many times what a block should use. */
const ELASTICITY = 2n;
/** A full or empty block moves the base fee by one part in so many. */
const MAX_CHANGE_DENOMINATOR = 8n;

/**
 * Base fee, in wei per gas, of the block after `parent`: up after a block that used more than half of its gas limit,
 * down after one that used less.
 *
 * @see EIP-1559, "Specification"
 */
export function nextBaseFeeWei(parent: Header): bigint {
  const { baseFeePerGasWei: parentFeeWei, gasUsed } = parent;
  if (parentFeeWei === undefined) return INITIAL_BASE_FEE_WEI;
  const targetGas = parent.gasLimit / ELASTICITY;
  if (gasUsed === targetGas) return parentFeeWei;
  if (gasUsed > targetGas) {
    const rise = (parentFeeWei * (gasUsed - targetGas)) / targetGas / MAX_CHANGE_DENOMINATOR;
    return parentFeeWei + (rise > 1n ? rise : 1n);
  }
  return parentFeeWei - (parentFeeWei * (targetGas - gasUsed)) / targetGas / MAX_CHANGE_DENOMINATOR;
}
