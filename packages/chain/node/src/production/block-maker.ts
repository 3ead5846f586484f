import {
  type BlockAttributes,
  type BlockSelection,
  createBlockBuilder,
  type SealedBlock,
} from "@ghostchain/accounts";
import type { ChainSpec, SenderTransaction } from "@ghostchain/protocol";
import type { CodedError } from "@ghostchain/service";
import type { Branch } from "../chain/branch.ts";
import { blockSite } from "../chain/execute-block.ts";
import type { ExecutedBlock } from "../chain/executed-block.ts";
import type { Machines } from "../chain/machines.ts";

/** A block made here, and what was left out of it for good. */
export interface MadeBlock {
  readonly executed: ExecutedBlock;
  /** Transactions that could not come next, and never can as things are. */
  readonly refused: readonly Refusal[];
}

interface Refusal {
  readonly transaction: SenderTransaction;
  readonly reason: CodedError;
}

/** Where transactions come from: a pool's selection, or a list. */
export type TransactionSource = Pick<BlockSelection, "peek" | "take" | "skip">;

/** What the cheapest transaction needs. */
const LEAST_GAS = 21_000n;

/** How often the clock is looked at while a block fills up. */
const TRANSACTIONS_PER_LOOK = 32;

/**
 * Makes one block on the tip of `branch`, of the best that `source` has and the gas and the time allow. It is not put
 * on the branch.
 *
 * @param outOfTime asked now and then; the block is closed when it says so
 */
export function makeBlock(
  { spec, machines }: { readonly spec: ChainSpec; readonly machines: Machines },
  branch: Branch,
  attributes: BlockAttributes,
  source: TransactionSource,
  outOfTime: () => boolean,
): MadeBlock {
  const parent = branch.tip.block.header;
  const position = { number: parent.number + 1n, timestamp: attributes.timestamp };
  const site = blockSite({ spec, machines }, position, branch.tip, branch.state, branch.blockHash);
  const builder = createBlockBuilder(site, parent, attributes);
  const refused: Refusal[] = [];
  const envelopes: Uint8Array[] = [];
  for (let looked = 1; ; looked += 1) {
    const transaction = source.peek();
    if (transaction === undefined) break;
    if (builder.availableGas < LEAST_GAS) break;
    if (looked % TRANSACTIONS_PER_LOOK === 0 && outOfTime()) break;
    const inclusion = builder.add(transaction);
    if (inclusion.status === "included") {
      envelopes.push(transaction.encoded);
      source.take();
      continue;
    }
    source.skip();
    if (isForWantOfRoom(inclusion.reason) && envelopes.length > 0) continue;
    refused.push({ transaction, reason: inclusion.reason });
  }
  return { executed: executedOf(builder.seal(), envelopes, branch), refused };
}

/** In an emptier block it could still go. */
function isForWantOfRoom({ code }: CodedError): boolean {
  return (
    code === "TRANSACTION_GAS_ABOVE_BLOCK" ||
    code === "TRANSACTION_BLOB_GAS_ABOVE_BLOCK" ||
    code === "BLOCK_SIZE_ABOVE_CAP"
  );
}

function executedOf(
  sealed: SealedBlock,
  envelopes: readonly Uint8Array[],
  { tip }: Branch,
): ExecutedBlock {
  const { block, hash, encoded, senders, transactionHashes, receipts, staged } = sealed;
  const totalDifficulty = tip.totalDifficulty + block.header.difficulty;
  const sizeBytes = encoded.length;
  const stored = { block, hash, senders, transactionHashes, totalDifficulty, sizeBytes };
  return { record: { stored, envelopes, receipts }, staged };
}

/** These transactions in this order, and no others. */
export function listSource(transactions: readonly SenderTransaction[]): TransactionSource {
  let at = 0;
  const advance = () => {
    at += 1;
  };
  return { peek: () => transactions[at], take: advance, skip: advance };
}
