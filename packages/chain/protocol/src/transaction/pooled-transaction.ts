import { sha256 } from "@ghostchain/crypto";
import type { RlpItem } from "@ghostchain/encoding";
import { type Hash, hashOfBytes } from "@ghostchain/evm";
import { decodeRlpField, RlpFields } from "../rlp-fields.ts";
import {
  decodeTransaction,
  malformedTransaction,
  typedTransactionOf,
} from "./decode-transaction.ts";
import { encodeTransaction } from "./encode-transaction.ts";
import type { Transaction } from "./transaction.ts";

const BLOB_TYPE = 3;
const BLOB_BYTES = 131_072;
/** A point of BLS12-381. */
const POINT_BYTES = 48;
const CELLS_PER_BLOB = 128;
/** Sidecars with a proof for each cell say so by this version (EIP-7594). */
const CELL_PROOFS_VERSION = 1n;

/** What travels beside a blob transaction and never goes into a block. */
export interface BlobSidecar {
  readonly blobs: readonly Uint8Array[];
  readonly commitments: readonly Uint8Array[];
  /** One for each blob, or since Osaka one for each of a blob's 128 cells. */
  readonly proofs: readonly Uint8Array[];
}

export interface PooledTransaction {
  readonly transaction: Transaction;
  /** As it goes into a block, without a sidecar. */
  readonly encoded: Uint8Array;
  readonly sidecar: BlobSidecar | undefined;
}

/**
 * Reads what a wallet submits: an envelope, for a blob transaction together with its blobs. Sizes are checked, and
 * that the commitments are those the transaction names; the KZG proofs are not.
 *
 * @throws {ProtocolError} what `decodeTransaction` throws
 * @see EIP-4844, "Networking"; EIP-7594
 */
export function decodePooledTransaction(submitted: Uint8Array): PooledTransaction {
  const item =
    submitted[0] === BLOB_TYPE
      ? decodeRlpField(submitted.subarray(1), "payload", malformedTransaction)
      : undefined;
  if (item === undefined || item instanceof Uint8Array || item[0] instanceof Uint8Array) {
    const transaction = decodeTransaction(submitted);
    return { transaction, encoded: submitted, sidecar: undefined };
  }
  const wrapper = new RlpFields(item, "payload", malformedTransaction);
  wrapper.expectCount("payload", 4, 5);
  const transaction = typedTransactionOf(BLOB_TYPE, wrapper.item("transaction"));
  const sidecar = sidecarOf(wrapper);
  expectCommitments(transaction, sidecar);
  return { transaction, encoded: encodeTransaction(transaction), sidecar };
}

function sidecarOf(wrapper: RlpFields): BlobSidecar {
  const hasCellProofs = wrapper.count === 5;
  if (hasCellProofs && wrapper.number("wrapperVersion", 8) !== CELL_PROOFS_VERSION) {
    throw malformedTransaction("wrapperVersion", `expected ${CELL_PROOFS_VERSION}`);
  }
  const blobs = stringsOf(wrapper.list("blobs"), "blobs", BLOB_BYTES);
  const commitments = stringsOf(wrapper.list("commitments"), "commitments", POINT_BYTES);
  const proofs = stringsOf(wrapper.list("proofs"), "proofs", POINT_BYTES);
  const proofCount = blobs.length * (hasCellProofs ? CELLS_PER_BLOB : 1);
  if (commitments.length !== blobs.length || proofs.length !== proofCount) {
    const reason = `${commitments.length} commitments, ${proofs.length} proofs`;
    throw malformedTransaction("blobs", `${blobs.length} blobs but ${reason}`);
  }
  return { blobs, commitments, proofs };
}

function stringsOf(items: readonly RlpItem[], name: string, sizeBytes: number): Uint8Array[] {
  return items.map((item, index) => {
    if (item instanceof Uint8Array && item.length === sizeBytes) return item;
    throw malformedTransaction(`${name}[${index}]`, `expected ${sizeBytes} bytes`);
  });
}

function expectCommitments(transaction: Transaction, { commitments }: BlobSidecar): void {
  const named = transaction.type === BLOB_TYPE ? transaction.blobHashes : [];
  const actual = commitments.map(versionedHashOf);
  if (named.length === actual.length && named.every((hash, index) => hash === actual[index]))
    return;
  throw malformedTransaction("commitments", "not those that the transaction names");
}

function versionedHashOf(commitment: Uint8Array): Hash {
  const hash = sha256(commitment).slice();
  hash[0] = 1;
  return hashOfBytes(hash);
}
