import { createGenesis } from "@ghostchain/accounts";
import { encodeBlock, type StoredBlock } from "@ghostchain/protocol";
import { NodeError } from "../node-error.ts";
import { canonicalChanges } from "../store/chain-store.ts";
import { Chain, type ChainDeps } from "./chain.ts";

/**
 * Opens the chain that the store holds, or begins it in an empty one.
 *
 * @throws {NodeError} `NODE_GENESIS_MISMATCH` where the store holds another chain
 */
export async function openChain(deps: ChainDeps): Promise<Chain> {
  const { spec, store, state, keyValue } = deps;
  const genesis = createGenesis(spec);
  const found = store.hashOf(0n);
  if (found !== undefined && found !== genesis.hash) {
    throw new NodeError(
      { code: "NODE_GENESIS_MISMATCH", found, expected: genesis.hash },
      `NODE_GENESIS_MISMATCH: the data directory holds a chain that begins with ${found}, the chain spec ` +
        `"${spec.name}" with ${genesis.hash}: choose another data directory, or start with --fresh`,
    );
  }
  if (found === undefined) {
    const { block, hash, changes } = genesis;
    const stored: StoredBlock = {
      block,
      hash,
      senders: [],
      transactionHashes: [],
      totalDifficulty: block.header.difficulty,
      sizeBytes: encodeBlock(block).length,
    };
    const staged = state.stage({ parentNumber: undefined, number: 0n, changes });
    const placed = await store.append([{ stored, envelopes: [], receipts: [] }]);
    await keyValue.write([...staged.writes, ...placed, ...canonicalChanges([], [stored], hash)]);
  }
  return new Chain(deps, headOf(deps));
}

function headOf({ store }: ChainDeps): StoredBlock {
  const hash = store.headHash();
  const head = hash && store.block(hash);
  if (head !== undefined) return head;
  throw new NodeError({ code: "NODE_RECORD_DAMAGED", reason: `the head ${hash} is missing` });
}
