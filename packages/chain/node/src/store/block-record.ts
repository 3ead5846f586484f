import {
  bigIntToBytes,
  bytesToBigInt,
  bytesToHex,
  concatBytes,
  decodeRlp,
  EMPTY_BYTES,
  encodeRlp,
  hexToBytes,
  type RlpInput,
  type RlpItem,
  splitRlp,
} from "@ghostchain/encoding";
import { type Address, addressOfBytes, type Hash, hashOfBytes, type Log } from "@ghostchain/evm";
import {
  type Block,
  decodeHeader,
  decodeTransaction,
  type ExecutedReceipt,
  encodeHeader,
  logsBloomOf,
  type StoredBlock,
  type Transaction,
  type Withdrawal,
} from "@ghostchain/protocol";
import { NodeError } from "../node-error.ts";

/**
 * A block as it lies in the segment log: three RLP items one after another, so that a reader takes only what it
 * came for. Senders and hashes are kept, because they cost more to work out than to read.
 */
export interface BlockRecord {
  readonly stored: StoredBlock;
  /** The EIP-2718 envelopes of the block's transactions, which its makers still have. */
  readonly envelopes: readonly Uint8Array[];
  /** Undefined for a block that was never executed, because its branch was never the best. */
  readonly receipts: readonly ExecutedReceipt[] | undefined;
}

export function encodeBlockRecord({ stored, envelopes, receipts }: BlockRecord): Uint8Array {
  const { block, senders, transactionHashes } = stored;
  const body: RlpInput = [
    hexToBytes(stored.hash),
    bigIntToBytes(stored.totalDifficulty),
    bigIntToBytes(BigInt(stored.sizeBytes)),
    envelopes,
    hexToBytes(join(senders)),
    hexToBytes(join(transactionHashes)),
    block.ommers.map(encodeHeader),
    block.withdrawals === undefined ? EMPTY_BYTES : block.withdrawals.map(withdrawalItem),
  ];
  const outcome = receipts === undefined ? EMPTY_BYTES : receipts.map(receiptItem);
  return concatBytes(encodeHeader(block.header), encodeRlp(body), encodeRlp(outcome));
}

export function blockOfRecord(record: Uint8Array): StoredBlock {
  const [hash, totalDifficulty, sizeBytes, envelopes, senders, hashes, ommers, withdrawals] = list(
    decodeRlp(sectionOf(record, 1)),
  );
  const block: Block = {
    header: decodeHeader(sectionOf(record, 0)),
    transactions: list(envelopes).map((envelope) => decodeTransaction(bytes(envelope))),
    ommers: list(ommers).map((ommer) => decodeHeader(bytes(ommer))),
    withdrawals: isBytes(withdrawals) ? undefined : list(withdrawals).map(withdrawalOf),
  };
  return {
    block,
    hash: hashOfBytes(bytes(hash)),
    senders: slices(bytes(senders), 20) as Address[],
    transactionHashes: slices(bytes(hashes), 32) as Hash[],
    totalDifficulty: number(totalDifficulty),
    sizeBytes: Number(number(sizeBytes)),
  };
}

/** @param transactions the block's own, for what a receipt repeats of them */
export function receiptsOfRecord(
  record: Uint8Array,
  transactions: readonly Transaction[],
): ExecutedReceipt[] | undefined {
  const outcome = decodeRlp(sectionOf(record, 2));
  if (isBytes(outcome)) return undefined;
  return outcome.map((item, index) => receiptOf(item, transactions[index]?.type ?? 0));
}

/** Every log of a block costs its bloom to be worked out again; a block without logs has this one. */
const EMPTY_BLOOM = new Uint8Array(256);

function receiptItem(receipt: ExecutedReceipt): RlpInput {
  const { postState, contractAddress } = receipt;
  return [
    postState === undefined ? bigIntToBytes(receipt.succeeded ? 1n : 0n) : hexToBytes(postState),
    bigIntToBytes(receipt.cumulativeGasUsed),
    bigIntToBytes(receipt.gasUsed),
    bigIntToBytes(receipt.effectiveGasPriceWei),
    contractAddress === undefined ? EMPTY_BYTES : hexToBytes(contractAddress),
    bigIntToBytes(receipt.blobGasUsed),
    bigIntToBytes(receipt.blobGasPriceWei),
    receipt.logs.map(({ address, topics, data }) => [
      hexToBytes(address),
      hexToBytes(join(topics)),
      data,
    ]),
  ];
}

function receiptOf(item: RlpItem, type: Transaction["type"]): ExecutedReceipt {
  const [outcome, cumulativeGas, gas, price, contract, blobGas, blobGasPrice, logItems] =
    list(item);
  const postState = bytes(outcome).length === 32 ? hashOfBytes(bytes(outcome)) : undefined;
  const logs = list(logItems).map(logOf);
  return {
    type,
    succeeded: postState !== undefined || number(outcome) === 1n,
    postState,
    cumulativeGasUsed: number(cumulativeGas),
    logsBloom: logs.length === 0 ? EMPTY_BLOOM : logsBloomOf(logs),
    logs,
    gasUsed: number(gas),
    effectiveGasPriceWei: number(price),
    contractAddress: bytes(contract).length === 0 ? undefined : addressOfBytes(bytes(contract)),
    blobGasUsed: number(blobGas),
    blobGasPriceWei: number(blobGasPrice),
  };
}

function logOf(item: RlpItem): Log {
  const [address, topics, data] = list(item);
  return {
    address: addressOfBytes(bytes(address)),
    topics: slices(bytes(topics), 32) as Hash[],
    data: bytes(data),
  };
}

function withdrawalItem({ index, validatorIndex, address, amountGwei }: Withdrawal): RlpInput {
  return [
    bigIntToBytes(index),
    bigIntToBytes(validatorIndex),
    hexToBytes(address),
    bigIntToBytes(amountGwei),
  ];
}

function withdrawalOf(item: RlpItem): Withdrawal {
  const [index, validatorIndex, address, amountGwei] = list(item);
  return {
    index: number(index),
    validatorIndex: number(validatorIndex),
    address: addressOfBytes(bytes(address)),
    amountGwei: number(amountGwei),
  };
}

function sectionOf(record: Uint8Array, index: number): Uint8Array {
  let at = 0;
  for (const section of splitRlp(record)) {
    if (at === index) return section;
    at += 1;
  }
  throw damaged(`section ${index} is missing`);
}

function join(texts: readonly string[]): string {
  return `0x${texts.map((text) => text.slice(2)).join("")}`;
}

function slices(joined: Uint8Array, sizeBytes: number): string[] {
  const hex = bytesToHex(joined).slice(2);
  const digits = sizeBytes * 2;
  return Array.from({ length: hex.length / digits }, (_, index) => {
    return `0x${hex.slice(index * digits, (index + 1) * digits)}`;
  });
}

function isBytes(item: RlpItem | undefined): item is Uint8Array {
  return item instanceof Uint8Array;
}

function bytes(item: RlpItem | undefined): Uint8Array {
  if (isBytes(item)) return item;
  throw damaged("expected bytes, found a list or nothing");
}

function number(item: RlpItem | undefined): bigint {
  return bytesToBigInt(bytes(item));
}

function list(item: RlpItem | undefined): RlpItem[] {
  if (item !== undefined && !isBytes(item)) return item;
  throw damaged("expected a list, found bytes or nothing");
}

function damaged(reason: string): NodeError {
  return new NodeError({ code: "NODE_RECORD_DAMAGED", reason });
}
