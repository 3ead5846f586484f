import { HARDFORKS } from "@ghostchain/evm";
import { type Activation, type ChainSpec, type Header, rulesAt } from "@ghostchain/protocol";
import type { ForkActivation } from "@ghostchain/rpc";

type Point = Exclude<Activation, { readonly totalDifficulty: bigint }>;

/** Every change of the rules that a chain spec names by block or time, in the order they come. */
export function forkSchedule(spec: ChainSpec, genesis: Header): ForkActivation[] {
  const named = HARDFORKS.flatMap((hardfork) => spec.hardforks[hardfork] ?? []);
  const points = [
    ...named,
    ...spec.blobSchedule.map(({ at }) => at),
    ...spec.bombDelays.map(({ block }) => ({ block })),
    ...(spec.daoForkBlock === undefined ? [] : [{ block: spec.daoForkBlock }]),
  ].filter(isPoint);
  const distinct = new Map(points.map((point) => [nameOf(point), point]));
  return [...distinct.values()].sort(byOrder).map((at) => {
    const isTimed = "timestamp" in at;
    const { hardfork, blobs, depositContract } = rulesAt(spec, {
      number: isTimed ? lastBlockPoint(points) : at.block,
      timestamp: isTimed ? at.timestamp : genesis.timestamp,
      // Times came with proof of stake: whatever begins at a block begins before it.
      parentTotalDifficulty: isTimed ? undefined : 0n,
    });
    return { hardfork, at, blobs, depositContract };
  });
}

function isPoint(activation: Activation): activation is Point {
  return !("totalDifficulty" in activation);
}

function nameOf(point: Point): string {
  return "block" in point ? `block ${point.block}` : `time ${point.timestamp}`;
}

/** Blocks before times: a chain that counts by time no longer counts by block. */
function byOrder(a: Point, b: Point): number {
  if ("block" in a) return "block" in b ? Number(a.block - b.block) : -1;
  return "block" in b ? 1 : Number(a.timestamp - b.timestamp);
}

function lastBlockPoint(points: readonly Point[]): bigint {
  const blocks = points.map((point) => ("block" in point ? point.block : 0n));
  return blocks.reduce((latest, block) => (block > latest ? block : latest), 0n);
}
