import { equalBytes } from "@ghostchain/encoding";
import type { Address } from "@ghostchain/evm";
import {
  type Block,
  type ExecutedReceipt,
  encodeReceipt,
  encodeTransaction,
  encodeWithdrawal,
  type Header,
  mergeBlooms,
} from "@ghostchain/protocol";
import { CodedError } from "@ghostchain/service";
import type { StagedState } from "../state/account-state.ts";
import { computeListRoot } from "../trie/trie-root.ts";
import { BlockError, type BlockExecutionFault } from "./block-error.ts";
import { BlockProcess, type BlockSite } from "./block-process.ts";

export interface AppliedBlock {
  readonly receipts: readonly ExecutedReceipt[];
  /** The state after the block, still to be written. */
  readonly staged: StagedState;
}

/**
 * Executes a block and holds it to everything its header says. Its header and body are expected to have passed
 * `checkHeader`, `checkBody` and `checkOmmers`.
 *
 * @param senders of its transactions, in order
 * @throws {BlockError} naming the rule
 */
export function applyBlock(
  site: BlockSite,
  block: Block,
  senders: readonly Address[],
): AppliedBlock {
  const { header, transactions, ommers, withdrawals } = block;
  refuse(bodyFault(block));
  const process = new BlockProcess(site, header);
  for (const [index, transaction] of transactions.entries()) {
    const sender = senders[index];
    if (sender === undefined) throw new RangeError(`no sender for transaction ${index}`);
    try {
      process.add({ transaction, sender });
    } catch (error) {
      throw invalidTransaction(index, error);
    }
  }
  const requestsHash = process.finish(ommers, withdrawals ?? []);
  const { receipts } = process;
  refuse(outcomeFault(header, process));
  if (header.requestsHash !== requestsHash) {
    const hash = header.requestsHash;
    throw new BlockError({ code: "BLOCK_REQUESTS_HASH_WRONG", hash, expected: requestsHash });
  }
  const changes = process.world.changes();
  const staged = site.state.stage({ number: header.number, changes });
  if (staged.stateRoot !== header.stateRoot) {
    const expected = staged.stateRoot;
    throw new BlockError({ code: "BLOCK_STATE_ROOT_WRONG", root: header.stateRoot, expected });
  }
  return { receipts, staged };
}

function bodyFault({ header, transactions, withdrawals }: Block): BlockExecutionFault | undefined {
  const root = header.transactionsRoot;
  const expected = computeListRoot(transactions.map(encodeTransaction));
  if (root !== expected) return { code: "BLOCK_TRANSACTIONS_ROOT_WRONG", root, expected };
  const { withdrawalsRoot } = header;
  const expectedWithdrawals = withdrawals && computeListRoot(withdrawals.map(encodeWithdrawal));
  if (withdrawalsRoot === expectedWithdrawals) return undefined;
  return {
    code: "BLOCK_WITHDRAWALS_ROOT_WRONG",
    root: withdrawalsRoot,
    expected: expectedWithdrawals,
  };
}

function outcomeFault(header: Header, process: BlockProcess): BlockExecutionFault | undefined {
  const { receipts } = process;
  if (header.gasUsed !== process.gasUsed) {
    const { gasUsed } = header;
    return { code: "BLOCK_GAS_USED_WRONG", gasUsed, expected: process.gasUsed };
  }
  const { blobGasUsed } = header;
  if (blobGasUsed !== undefined && blobGasUsed !== process.blobGasUsed) {
    const expected = process.blobGasUsed;
    return { code: "BLOCK_BLOB_GAS_USED_WRONG", blobGasUsed, expected };
  }
  const bloom = mergeBlooms(receipts.map((receipt) => receipt.logsBloom));
  if (!equalBytes(header.logsBloom, bloom)) return { code: "BLOCK_LOGS_BLOOM_WRONG" };
  const expected = computeListRoot(receipts.map(encodeReceipt));
  if (header.receiptsRoot === expected) return undefined;
  return { code: "BLOCK_RECEIPTS_ROOT_WRONG", root: header.receiptsRoot, expected };
}

function refuse(fault: BlockExecutionFault | undefined): void {
  if (fault !== undefined) throw new BlockError(fault);
}

function invalidTransaction(index: number, error: unknown): unknown {
  if (!(error instanceof CodedError)) return error;
  return new BlockError(
    { code: "BLOCK_TRANSACTION_INVALID", index, rule: error.code },
    `transaction ${index} is invalid: ${error.message}`,
    { cause: error },
  );
}
