import { bytesToHex, type Hex } from "@ghostchain/encoding";
import type { Hash } from "@ghostchain/evm";
import { encodeTransaction, type StoredBlock } from "@ghostchain/protocol";
import type { BlockReference, RpcBackend } from "../backend.ts";
import { type RpcEnvironment, requireReceipts } from "../environment.ts";
import { formatReceiptAt } from "../format/receipt.ts";
import { formatTransaction, formatTransactionAt } from "../format/transaction.ts";
import { type MethodTable, method, required } from "../method.ts";
import { readBlockNumber } from "../read/block-reference.ts";
import { readHash, readUint64 } from "../read/value.ts";

const transactionHash = required("transactionHash", readHash);
const blockHash = required("blockHash", readHash);
const block = required("block", readBlockNumber);
const index = required("index", readUint64);

/** Transactions by hash or place, mined or waiting. An unknown one is null, not an error. */
export function transactionMethods({ backend }: RpcEnvironment): MethodTable {
  const inBlock = (reference: BlockReference, position: bigint) => {
    const stored = backend.block(reference);
    return stored && formatTransactionAt(stored, Number(position));
  };
  const rawInBlock = (reference: BlockReference, position: bigint) => {
    const stored = backend.block(reference);
    return stored && rawTransactionAt(stored, Number(position));
  };
  return {
    eth_getTransactionByHash: method([transactionHash], ([hash]) =>
      transactionByHash(backend, hash),
    ),
    eth_getTransactionByBlockHashAndIndex: method([blockHash, index], ([hash, position]) =>
      inBlock({ hash, requireCanonical: false }, position),
    ),
    eth_getTransactionByBlockNumberAndIndex: method([block, index], ([reference, position]) =>
      inBlock(reference, position),
    ),
    eth_getTransactionReceipt: method([transactionHash], ([hash]) => {
      const mined = findMined(backend, hash);
      if (!mined) return null;
      const { stored, position } = mined;
      return formatReceiptAt(stored, requireReceipts(backend, stored), position);
    }),
    eth_getRawTransactionByHash: method([transactionHash], ([hash]) =>
      rawTransactionByHash(backend, hash),
    ),
    eth_getRawTransactionByBlockHashAndIndex: method([blockHash, index], ([hash, position]) =>
      rawInBlock({ hash, requireCanonical: false }, position),
    ),
    eth_getRawTransactionByBlockNumberAndIndex: method([block, index], ([reference, position]) =>
      rawInBlock(reference, position),
    ),
  };
}

/** The envelope of a transaction, mined or waiting; undefined when there is none of this hash. */
export function rawTransactionByHash(backend: RpcBackend, hash: Hash): Hex | undefined {
  const mined = findMined(backend, hash);
  if (mined) return rawTransactionAt(mined.stored, mined.position);
  const pooled = backend.pool.get(hash);
  return pooled && bytesToHex(pooled.encoded);
}

function transactionByHash(backend: RpcBackend, hash: Hash) {
  const mined = findMined(backend, hash);
  if (mined) return formatTransactionAt(mined.stored, mined.position);
  const pooled = backend.pool.get(hash);
  return pooled && formatTransaction(pooled.transaction, hash, pooled.sender, undefined);
}

function rawTransactionAt(stored: StoredBlock, position: number): Hex | undefined {
  const transaction = stored.block.transactions[position];
  return transaction && bytesToHex(encodeTransaction(transaction));
}

function findMined(backend: RpcBackend, hash: Hash) {
  const place = backend.locate(hash);
  const stored = place && backend.block({ hash: place.blockHash, requireCanonical: false });
  return stored && { stored, position: place.index };
}
