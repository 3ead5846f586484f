import { type Hex, toQuantity } from "@ghostchain/encoding";
import {
  blobBaseFeeWei,
  type ExecutedReceipt,
  GAS_PER_BLOB,
  type StoredBlock,
} from "@ghostchain/protocol";
import type { BlockReference, RpcBackend } from "./backend.ts";
import { requireBlock, requireReceipts } from "./environment.ts";
import { invalidValue, listOf } from "./read/value.ts";

const BLOCKS = 1_024n;
const PERCENTILES = 100;

/** Ascending percentages between 0 and 100. */
export function readPercentiles(value: unknown): readonly number[] {
  const percentiles = listOf(readPercentile, PERCENTILES)(value);
  for (let at = 1; at < percentiles.length; at++) {
    if ((percentiles[at] ?? 0) < (percentiles[at - 1] ?? 0)) {
      throw invalidValue(`expected ascending percentiles, got ${percentiles.join(", ")}`);
    }
  }
  return percentiles;
}

/**
 * Base fees, fullness and tips of up to 1,024 blocks that end with `newest`; base fees of the block after
 * them too.
 *
 * @throws {RpcError} `RPC_NOT_FOUND` when `newest` is past the head
 */
export function feeHistory(
  backend: RpcBackend,
  query: { count: bigint; newest: BlockReference; percentiles: readonly number[] },
) {
  const isPending = "tag" in query.newest && query.newest.tag === "pending";
  const newest = requireBlock(backend, isPending ? { tag: "latest" } : query.newest);
  const blocks = blocksUpTo(backend, newest, query.count < BLOCKS ? query.count : BLOCKS);
  const oldest = blocks[0];
  if (!oldest) return { oldestBlock: "0x0", baseFeePerGas: [], gasUsedRatio: [] };
  const next = backend.block({ number: newest.block.header.number + 1n });
  return {
    oldestBlock: toQuantity(oldest.block.header.number),
    ...(query.percentiles.length > 0
      ? { reward: blocks.map((stored) => rewardsOf(backend, stored, query.percentiles)) }
      : {}),
    baseFeePerGas: [
      ...blocks.map((stored) => toQuantity(stored.block.header.baseFeePerGasWei ?? 0n)),
      toQuantity(next ? (next.block.header.baseFeePerGasWei ?? 0n) : backend.nextBaseFeeWei()),
    ],
    gasUsedRatio: blocks.map(gasUsedRatio),
    baseFeePerBlobGas: [
      ...blocks.map((stored) => toQuantity(blobFeeOf(backend, stored))),
      toQuantity(next ? blobFeeOf(backend, next) : backend.nextBlobBaseFeeWei()),
    ],
    blobGasUsedRatio: blocks.map((stored) => blobGasUsedRatio(backend, stored)),
  };
}

function readPercentile(value: unknown): number {
  if (typeof value !== "number" || !(value >= 0 && value <= 100)) {
    throw invalidValue("expected a percentage between 0 and 100");
  }
  return value;
}

/** Oldest first. */
function blocksUpTo(backend: RpcBackend, newest: StoredBlock, count: bigint): StoredBlock[] {
  const last = newest.block.header.number;
  const first = count > last ? 0n : last - count + 1n;
  const blocks: StoredBlock[] = [];
  if (count === 0n) return blocks;
  for (let number = first; number < last; number++) {
    blocks.push(requireBlock(backend, { number }));
  }
  return [...blocks, newest];
}

/** The tip at each percentile of gas, cheapest gas first. */
function rewardsOf(
  backend: RpcBackend,
  stored: StoredBlock,
  percentiles: readonly number[],
): readonly Hex[] {
  const { header } = stored.block;
  const baseFeeWei = header.baseFeePerGasWei ?? 0n;
  const byTip = requireReceipts(backend, stored)
    .map((receipt) => ({ tipWei: tipOf(receipt, baseFeeWei), gasUsed: receipt.gasUsed }))
    .sort((a, b) => (a.tipWei < b.tipWei ? -1 : a.tipWei > b.tipWei ? 1 : 0));
  let at = 0;
  let gasSoFar = byTip[0]?.gasUsed ?? 0n;
  return percentiles.map((percentile) => {
    const threshold = (Number(header.gasUsed) * percentile) / 100;
    while (Number(gasSoFar) < threshold && at < byTip.length - 1) {
      at++;
      gasSoFar += byTip[at]?.gasUsed ?? 0n;
    }
    return toQuantity(byTip[at]?.tipWei ?? 0n);
  });
}

function tipOf(receipt: ExecutedReceipt, baseFeeWei: bigint): bigint {
  const tipWei = receipt.effectiveGasPriceWei - baseFeeWei;
  return tipWei > 0n ? tipWei : 0n;
}

function gasUsedRatio({ block: { header } }: StoredBlock): number {
  return header.gasLimit === 0n ? 0 : Number(header.gasUsed) / Number(header.gasLimit);
}

/** Zero where there are no blobs. */
function blobFeeOf(backend: RpcBackend, stored: StoredBlock): bigint {
  const { excessBlobGas } = stored.block.header;
  const rules = backend.blobRulesOf?.(stored);
  return excessBlobGas !== undefined && rules ? blobBaseFeeWei(excessBlobGas, rules) : 0n;
}

function blobGasUsedRatio(backend: RpcBackend, stored: StoredBlock): number {
  const rules = backend.blobRulesOf?.(stored);
  const used = stored.block.header.blobGasUsed ?? 0n;
  return rules && rules.max > 0 ? Number(used) / (rules.max * Number(GAS_PER_BLOB)) : 0;
}
