import assert from "node:assert/strict";
import { equalBytes } from "@ghostchain/encoding";
import type { Address, Hash } from "@ghostchain/evm";
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
  const process = new BlockProcess(site, header);
  for (const [index, transaction] of transactions.entries()) {
    const sender = senders[index];
    assert(sender !== undefined, "every transaction has a sender");
    try {
      process.add({ transaction, sender });
    } catch (error) {
      throw invalidTransaction(index, error);
    }
  }
  const requestsHash = process.finish(ommers, withdrawals ?? []);
  refuse(bodyFault(block) ?? outcomeFault(header, process, requestsHash));
  const changes = process.world.changes();
  const staged = site.state.stage({ number: header.number, changes });
  const root = header.stateRoot;
  const expected = staged.stateRoot;
  refuse(root === expected ? undefined : { code: "BLOCK_STATE_ROOT_WRONG", root, expected });
  return { receipts: process.receipts, staged };
}

function bodyFault({ header, transactions, withdrawals }: Block): BlockExecutionFault | undefined {
  const root = header.transactionsRoot;
  const expected = computeListRoot(transactions.map(encodeTransaction));
  if (root !== expected) return { code: "BLOCK_TRANSACTIONS_ROOT_WRONG", root, expected };
  const { withdrawalsRoot } = header;
  const rootOfWithdrawals = withdrawals && computeListRoot(withdrawals.map(encodeWithdrawal));
  if (withdrawalsRoot === rootOfWithdrawals) return undefined;
  return {
    code: "BLOCK_WITHDRAWALS_ROOT_WRONG",
    root: withdrawalsRoot,
    expected: rootOfWithdrawals,
  };
}

function outcomeFault(
  header: Header,
  process: BlockProcess,
  requestsHash: Hash | undefined,
): BlockExecutionFault | undefined {
  const { receipts } = process;
  const { gasUsed, blobGasUsed, logsBloom, receiptsRoot } = header;
  if (gasUsed !== process.gasUsed) {
    return { code: "BLOCK_GAS_USED_WRONG", gasUsed, expected: process.gasUsed };
  }
  if (blobGasUsed !== undefined && blobGasUsed !== process.blobGasUsed) {
    const expected = process.blobGasUsed;
    return { code: "BLOCK_BLOB_GAS_USED_WRONG", blobGasUsed, expected };
  }
  if (!equalBytes(logsBloom, mergeBlooms(receipts.map((receipt) => receipt.logsBloom)))) {
    return { code: "BLOCK_LOGS_BLOOM_WRONG" };
  }
  const expected = computeListRoot(receipts.map(encodeReceipt));
  if (receiptsRoot !== expected) {
    return { code: "BLOCK_RECEIPTS_ROOT_WRONG", root: receiptsRoot, expected };
  }
  if (header.requestsHash === requestsHash) return undefined;
  return { code: "BLOCK_REQUESTS_HASH_WRONG", hash: header.requestsHash, expected: requestsHash };
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
