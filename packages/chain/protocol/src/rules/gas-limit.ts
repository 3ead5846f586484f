import type { Header } from "../block/block.ts";

const BOUND_DIVISOR = 1024n;
const MIN_GAS_LIMIT = 5_000n;
const MAX_GAS_LIMIT = 2n ** 63n - 1n;
/** The first block with a base fee has room for twice as much, so that half of it is what there was. */
const LONDON_FACTOR = 2n;

/**
 * Whether a block after `parent` may have this gas limit: less than 1/1024 away from the parent's.
 *
 * @see Yellow paper, 4.3.4; EIP-1559 for the first block of London
 */
export function isGasLimitAllowed(gasLimit: bigint, parent: Header, hasBaseFee: boolean): boolean {
  const parentLimit = comparableLimit(parent, hasBaseFee);
  const difference = gasLimit > parentLimit ? gasLimit - parentLimit : parentLimit - gasLimit;
  const isNear = difference < parentLimit / BOUND_DIVISOR;
  return isNear && gasLimit >= MIN_GAS_LIMIT && gasLimit <= MAX_GAS_LIMIT;
}

/** The allowed gas limit that is nearest to what a producer wants. */
export function nextGasLimit(parent: Header, desired: bigint, hasBaseFee: boolean): bigint {
  const parentLimit = comparableLimit(parent, hasBaseFee);
  const step = parentLimit / BOUND_DIVISOR - 1n;
  const lowest = max(parentLimit - step, MIN_GAS_LIMIT);
  return max(lowest, min(desired, parentLimit + step));
}

function comparableLimit(parent: Header, hasBaseFee: boolean): bigint {
  const isFirstWithBaseFee = hasBaseFee && parent.baseFeePerGasWei === undefined;
  return isFirstWithBaseFee ? parent.gasLimit * LONDON_FACTOR : parent.gasLimit;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
