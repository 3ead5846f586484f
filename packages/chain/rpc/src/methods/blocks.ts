import { toQuantity } from "@ghostchain/encoding";
import type { Hash } from "@ghostchain/evm";
import type { StoredBlock } from "@ghostchain/protocol";
import type { BlockReference, RpcBackend } from "../backend.ts";
import { type RpcEnvironment, requireReceipts } from "../environment.ts";
import { formatBlock, formatOmmer, formatPendingBlock } from "../format/block.ts";
import { formatReceipts } from "../format/receipt.ts";
import { type MethodTable, method, optional, required } from "../method.ts";
import { readBlockNumber, readBlockReference } from "../read/block-reference.ts";
import { readBoolean, readHash, readUint64 } from "../read/value.ts";

const number = required("block", readBlockNumber);
const hash = required("blockHash", readHash);
const full = optional("hydrated", readBoolean, false);
const index = required("index", readUint64);

/** Blocks and what they carry. An unknown block is null, not an error. */
export function blockMethods({ backend }: RpcEnvironment): MethodTable {
  return {
    eth_blockNumber: method([], () => toQuantity(backend.head().block.header.number)),
    eth_getBlockByNumber: method([number, full], ([reference, isFull]) =>
      blockJson(backend, reference, isFull),
    ),
    eth_getBlockByHash: method([hash, full], ([blockHash, isFull]) =>
      blockJson(backend, byHash(blockHash), isFull),
    ),
    eth_getBlockReceipts: method([required("block", readBlockReference)], ([reference]) => {
      const stored = backend.block(reference);
      return stored && formatReceipts(stored, requireReceipts(backend, stored));
    }),
    ...countMethods(backend),
    ...ommerMethods(backend),
  };
}

function countMethods(backend: RpcBackend): MethodTable {
  const transactions = (stored: StoredBlock | undefined) =>
    stored && toQuantity(stored.transactionHashes.length);
  const ommers = (stored: StoredBlock | undefined) =>
    stored && toQuantity(stored.block.ommers.length);
  return {
    eth_getBlockTransactionCountByNumber: method([number], ([reference]) =>
      transactions(backend.block(reference)),
    ),
    eth_getBlockTransactionCountByHash: method([hash], ([blockHash]) =>
      transactions(backend.block(byHash(blockHash))),
    ),
    eth_getUncleCountByBlockNumber: method([number], ([reference]) =>
      ommers(backend.block(reference)),
    ),
    eth_getUncleCountByBlockHash: method([hash], ([blockHash]) =>
      ommers(backend.block(byHash(blockHash))),
    ),
  };
}

function ommerMethods(backend: RpcBackend): MethodTable {
  const ommerAt = (stored: StoredBlock | undefined, position: bigint) => {
    const ommer = stored?.block.ommers[Number(position)];
    return ommer && formatOmmer(ommer);
  };
  return {
    eth_getUncleByBlockNumberAndIndex: method([number, index], ([reference, position]) =>
      ommerAt(backend.block(reference), position),
    ),
    eth_getUncleByBlockHashAndIndex: method([hash, index], ([blockHash, position]) =>
      ommerAt(backend.block(byHash(blockHash)), position),
    ),
  };
}

function blockJson(backend: RpcBackend, reference: BlockReference, isFull: boolean) {
  const stored = backend.block(reference);
  if (!stored) return null;
  const transactions = isFull ? "full" : "hashes";
  const isPending = "tag" in reference && reference.tag === "pending";
  return isPending ? formatPendingBlock(stored, transactions) : formatBlock(stored, transactions);
}

function byHash(blockHash: Hash): BlockReference {
  return { hash: blockHash, requireCanonical: false };
}
