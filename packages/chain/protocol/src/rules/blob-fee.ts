import { type Hardfork, includesFork } from "@ghostchain/evm";
import type { Header } from "../block/block.ts";
import type { BlobRules } from "./block-rules.ts";

/** Gas of one blob (EIP-4844). */
export const GAS_PER_BLOB = 131_072n;

const MIN_BLOB_BASE_FEE_WEI = 1n;
/** Execution gas that a blob must cost at least the price of (EIP-7918). */
const BLOB_BASE_COST = 8_192n;

/** Wei per blob gas in a block with this excess. */
export function blobBaseFeeWei(excessBlobGas: bigint, blobs: BlobRules): bigint {
  return fakeExponential(MIN_BLOB_BASE_FEE_WEI, excessBlobGas, blobs.baseFeeUpdateFraction);
}

/**
 * Excess blob gas of the block after `parent`, under that block's rules.
 *
 * @see EIP-4844; EIP-7918 since Osaka, where blobs that cost too little beside execution gas slow the fall
 */
export function nextExcessBlobGas(
  parent: Header,
  rules: { readonly hardfork: Hardfork; readonly blobs: BlobRules },
): bigint {
  const { hardfork, blobs } = rules;
  const parentExcess = parent.excessBlobGas ?? 0n;
  const parentUsed = parent.blobGasUsed ?? 0n;
  const target = BigInt(blobs.target) * GAS_PER_BLOB;
  if (parentExcess + parentUsed < target) return 0n;
  if (includesFork(hardfork, "osaka")) {
    const reserveWei = BLOB_BASE_COST * (parent.baseFeePerGasWei ?? 0n);
    if (reserveWei > GAS_PER_BLOB * blobBaseFeeWei(parentExcess, blobs)) {
      return parentExcess + (parentUsed * BigInt(blobs.max - blobs.target)) / BigInt(blobs.max);
    }
  }
  return parentExcess + parentUsed - target;
}

/** Approximates `factor * e ** (numerator / denominator)` by its Taylor series, in integers. */
function fakeExponential(factor: bigint, numerator: bigint, denominator: bigint): bigint {
  let output = 0n;
  let accumulated = factor * denominator;
  for (let i = 1n; accumulated > 0n; i++) {
    output += accumulated;
    accumulated = (accumulated * numerator) / (denominator * i);
  }
  return output / denominator;
}
