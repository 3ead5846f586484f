import { HARDFORKS, type Hardfork, includesFork } from "@ghostchain/evm";
import type { BlobRules, BlockRules } from "../rules/block-rules.ts";
import type { Activation, ChainSpec } from "./chain-spec.ts";

const DAO_MARKED_BLOCKS = 10n;

/** How far hardforks themselves put off the difficulty bomb; Berlin came after Muir Glacier. */
const BOMB_DELAYS: readonly (readonly [Hardfork, bigint])[] = [
  ["london", 9_700_000n],
  ["berlin", 9_000_000n],
  ["constantinople", 5_000_000n],
  ["byzantium", 3_000_000n],
  ["frontier", 0n],
];

/** Blob counts of the hardforks that brought them, newest first: EIP-7691, EIP-4844. */
const BLOBS: readonly (readonly [Hardfork, BlobRules])[] = [
  ["prague", { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716n }],
  ["cancun", { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477n }],
];

/** Where a block stands. */
export interface BlockPosition {
  readonly number: bigint;
  readonly timestamp: bigint;
  /**
   * Of the chain up to its parent. Only chains whose Paris begins at a total difficulty need it; without it that
   * is taken to be behind.
   */
  readonly parentTotalDifficulty?: bigint | undefined;
}

export function hardforkAt(
  spec: Pick<ChainSpec, "hardforks">,
  number: bigint,
  timestamp: bigint,
  parentTotalDifficulty?: bigint,
): Hardfork {
  const position = { number, timestamp, parentTotalDifficulty };
  const isActive = (hardfork: Hardfork) => hasBegun(spec.hardforks[hardfork], position);
  return HARDFORKS.findLast(isActive) ?? "frontier";
}

export function rulesAt(spec: ChainSpec, position: BlockPosition): BlockRules {
  const { number, timestamp, parentTotalDifficulty } = position;
  const hardfork = hardforkAt(spec, number, timestamp, parentTotalDifficulty);
  return {
    hardfork,
    chainId: spec.chainId,
    timestamps: spec.timestamps,
    bombDelayBlocks: bombDelayAt(spec, number, hardfork),
    blobs: blobRulesAt(spec, position, hardfork),
    depositContract: spec.depositContract,
    dao: daoAt(spec.daoForkBlock, number),
  };
}

function hasBegun(activation: Activation | undefined, position: BlockPosition): boolean {
  if (activation === undefined) return false;
  if ("block" in activation) return position.number >= activation.block;
  if ("timestamp" in activation) return position.timestamp >= activation.timestamp;
  const { parentTotalDifficulty } = position;
  if (position.number === 0n) return activation.totalDifficulty === 0n;
  return parentTotalDifficulty === undefined || parentTotalDifficulty >= activation.totalDifficulty;
}

function bombDelayAt(spec: ChainSpec, number: bigint, hardfork: Hardfork): bigint {
  const own = BOMB_DELAYS.find(([since]) => includesFork(hardfork, since))?.[1] ?? 0n;
  const listed = spec.bombDelays.findLast(({ block }) => number >= block)?.delayBlocks ?? 0n;
  return listed > own ? listed : own;
}

function blobRulesAt(
  spec: ChainSpec,
  position: BlockPosition,
  hardfork: Hardfork,
): BlobRules | undefined {
  if (!includesFork(hardfork, "cancun")) return undefined;
  const listed = spec.blobSchedule.findLast(({ at }) => hasBegun(at, position));
  return listed ?? BLOBS.find(([since]) => includesFork(hardfork, since))?.[1];
}

function daoAt(forkBlock: bigint | undefined, number: bigint): BlockRules["dao"] {
  if (forkBlock === undefined || number < forkBlock) return undefined;
  if (number === forkBlock) return "moves";
  return number < forkBlock + DAO_MARKED_BLOCKS ? "marks" : undefined;
}
