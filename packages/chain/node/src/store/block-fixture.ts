import { type Address, type Hash, ZERO_ADDRESS } from "@ghostchain/evm";
import {
  type Block,
  EMPTY_OMMERS_HASH,
  type ExecutedReceipt,
  encodeBlock,
  headerHash,
  logsBloomOf,
  type SenderTransaction,
  signTransaction,
} from "@ghostchain/protocol";
import type { BlockRecord } from "./block-record.ts";

/** Blocks for the tests of the store. Nothing was executed to make them. */

const KEY = new Uint8Array(32).fill(7);
const ZERO_HASH = `0x${"00".repeat(32)}` as Hash;
const CONTRACT = `0x${"c0".repeat(20)}` as Address;
const TOPIC = `0x${"70".repeat(32)}` as Hash;

export function transferWithNonce(nonce: bigint): SenderTransaction {
  const to = ZERO_ADDRESS;
  const call = { nonce, gasLimit: 21_000n, to, valueWei: 1n, data: Uint8Array.of(1, 2) };
  const fees = { maxFeePerGasWei: 9n, maxPriorityFeePerGasWei: 1n };
  return signTransaction({ type: 2, chainId: 1n, ...call, ...fees, accessList: [] }, KEY);
}

export function recordOf(
  number: bigint,
  parentHash: Hash,
  transactions: readonly SenderTransaction[],
): BlockRecord {
  const block: Block = {
    header: {
      parentHash,
      ommersHash: EMPTY_OMMERS_HASH,
      coinbase: ZERO_ADDRESS,
      stateRoot: ZERO_HASH,
      transactionsRoot: ZERO_HASH,
      receiptsRoot: ZERO_HASH,
      logsBloom: new Uint8Array(256),
      difficulty: 0n,
      number,
      gasLimit: 30_000_000n,
      gasUsed: 21_000n * BigInt(transactions.length),
      timestamp: number,
      extraData: new Uint8Array(),
      mixHash: ZERO_HASH,
      nonce: new Uint8Array(8),
      baseFeePerGasWei: 7n,
      withdrawalsRoot: ZERO_HASH,
    },
    transactions: transactions.map(({ transaction }) => transaction),
    ommers: [],
    withdrawals: [{ index: 1n, validatorIndex: 2n, address: CONTRACT, amountGwei: 3n }],
  };
  return {
    stored: {
      block,
      hash: headerHash(block.header),
      senders: transactions.map(({ sender }) => sender),
      transactionHashes: transactions.map(({ hash }) => hash),
      totalDifficulty: 1n << 70n,
      sizeBytes: encodeBlock(block).length,
    },
    envelopes: transactions.map(({ encoded }) => encoded),
    receipts: transactions.map((_, index) => receiptWith(index)),
  };
}

function receiptWith(index: number): ExecutedReceipt {
  const data = new Uint8Array(index).fill(9);
  const logs = index === 0 ? [] : [{ address: CONTRACT, topics: [TOPIC, ZERO_HASH], data }];
  return {
    type: 2,
    succeeded: index !== 1,
    postState: index === 2 ? TOPIC : undefined,
    cumulativeGasUsed: 21_000n * BigInt(index + 1),
    logsBloom: logsBloomOf(logs),
    logs,
    gasUsed: 21_000n,
    effectiveGasPriceWei: 8n,
    contractAddress: index === 1 ? CONTRACT : undefined,
    blobGasUsed: 0n,
    blobGasPriceWei: 1n,
  };
}
