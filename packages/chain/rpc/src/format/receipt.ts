import { bytesToHex, toQuantity } from "@ghostchain/encoding";
import type { ExecutedReceipt, StoredBlock } from "@ghostchain/protocol";
import { formatLog } from "./log.ts";

/** Every receipt of a block, in order. */
export function formatReceipts(stored: StoredBlock, receipts: readonly ExecutedReceipt[]) {
  let firstLogIndex = 0;
  return receipts.map((receipt, index) => {
    const formatted = formatReceipt(stored, receipt, index, firstLogIndex);
    firstLogIndex += receipt.logs.length;
    return formatted;
  });
}

/** The receipt of the transaction at `index`; undefined when the block has no such transaction. */
export function formatReceiptAt(
  stored: StoredBlock,
  receipts: readonly ExecutedReceipt[],
  index: number,
) {
  const receipt = receipts[index];
  if (!receipt) return undefined;
  let firstLogIndex = 0;
  for (let before = 0; before < index; before++) {
    firstLogIndex += receipts[before]?.logs.length ?? 0;
  }
  return formatReceipt(stored, receipt, index, firstLogIndex);
}

function formatReceipt(
  stored: StoredBlock,
  receipt: ExecutedReceipt,
  transactionIndex: number,
  firstLogIndex: number,
) {
  const { header, transactions } = stored.block;
  return {
    blockHash: stored.hash,
    blockNumber: toQuantity(header.number),
    contractAddress: receipt.contractAddress ?? null,
    cumulativeGasUsed: toQuantity(receipt.cumulativeGasUsed),
    effectiveGasPrice: toQuantity(receipt.effectiveGasPriceWei),
    from: stored.senders[transactionIndex],
    gasUsed: toQuantity(receipt.gasUsed),
    logs: receipt.logs.map((log, offset) =>
      formatLog(log, {
        stored,
        transactionIndex,
        logIndex: firstLogIndex + offset,
        removed: false,
      }),
    ),
    logsBloom: bytesToHex(receipt.logsBloom),
    ...outcomeOf(receipt),
    to: transactions[transactionIndex]?.to ?? null,
    transactionHash: stored.transactionHashes[transactionIndex],
    transactionIndex: toQuantity(transactionIndex),
    type: toQuantity(receipt.type),
    ...blobCostOf(receipt),
  };
}

/** Before Byzantium a receipt says the state it left behind, since then whether it succeeded. */
function outcomeOf(receipt: ExecutedReceipt) {
  if (receipt.postState !== undefined) return { root: receipt.postState };
  return { status: receipt.succeeded ? "0x1" : "0x0" };
}

function blobCostOf(receipt: ExecutedReceipt) {
  if (receipt.type !== 3) return {};
  return {
    blobGasUsed: toQuantity(receipt.blobGasUsed),
    blobGasPrice: toQuantity(receipt.blobGasPriceWei),
  };
}
