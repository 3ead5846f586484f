import { applyBlock, type BlockSite, type StateSnapshot } from "@ghostchain/accounts";
import type { Hash } from "@ghostchain/evm";
import { type ChainSpec, rulesAt, type StoredBlock } from "@ghostchain/protocol";
import type { ExecutedBlock } from "./executed-block.ts";
import type { Machines } from "./machines.ts";
import type { OpenedBlock } from "./open-block.ts";

/** The blocks that a block being executed or made may ask for the hashes of. */
export type BlockHashes = (number: bigint) => Hash | undefined;

/** Where a block with this number and time is executed, on top of `parent`. */
export function blockSite(
  { spec, machines }: { readonly spec: ChainSpec; readonly machines: Machines },
  position: { readonly number: bigint; readonly timestamp: bigint },
  parent: Pick<StoredBlock, "totalDifficulty">,
  state: StateSnapshot,
  blockHash: BlockHashes,
): BlockSite {
  const parentTotalDifficulty = parent.totalDifficulty;
  const rules = rulesAt(spec, { ...position, parentTotalDifficulty });
  return { evm: machines.of(rules.hardfork), rules, state, blockHash };
}

/** Executes a block and holds it to its header. @throws {BlockError} */
export function executeBlock(site: BlockSite, { stored, envelopes }: OpenedBlock): ExecutedBlock {
  const { receipts, staged } = applyBlock(site, stored.block, stored.senders);
  return { record: { stored, envelopes, receipts }, staged };
}
