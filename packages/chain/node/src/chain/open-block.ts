import { BlockError, computeListRoot } from "@ghostchain/accounts";
import { isLowS, keccak256, type RecoveryItem, type RecoveryPool } from "@ghostchain/crypto";
import { type Hardfork, hashOfBytes, includesFork } from "@ghostchain/evm";
import {
  addressOfPublicKey,
  type Block,
  encodeTransaction,
  encodeWithdrawal,
  headerHash,
  ProtocolError,
  type StoredBlock,
  signingDigest,
  type Transaction,
} from "@ghostchain/protocol";

/** A block with everything that can be worked out of it alone. */
export interface OpenedBlock {
  readonly stored: StoredBlock;
  readonly envelopes: readonly Uint8Array[];
}

export interface BlockCircumstances {
  readonly hardfork: Hardfork;
  readonly parentTotalDifficulty: bigint;
  /** Of the block's encoding. */
  readonly sizeBytes: number;
}

/**
 * Hashes a block's transactions and recovers their senders, all at once.
 *
 * @throws {ProtocolError} `TRANSACTION_SIGNATURE_INVALID`
 */
export async function openBlock(
  block: Block,
  { hardfork, parentTotalDifficulty, sizeBytes }: BlockCircumstances,
  recovery: Pick<RecoveryPool, "recover">,
): Promise<OpenedBlock> {
  const { header, transactions } = block;
  if (includesFork(hardfork, "homestead")) transactions.forEach(requireLowS);
  const publicKeys = await recovery.recover(transactions.map(recoveryItem));
  const senders = publicKeys.map((publicKey, index) => {
    if (publicKey === undefined) throw invalid(index, "no public key yields it");
    return addressOfPublicKey(publicKey);
  });
  const envelopes = transactions.map(encodeTransaction);
  const transactionHashes = envelopes.map((envelope) => hashOfBytes(keccak256(envelope)));
  const totalDifficulty = parentTotalDifficulty + header.difficulty;
  const hash = headerHash(header);
  const stored = { block, hash, senders, transactionHashes, totalDifficulty, sizeBytes };
  return { stored, envelopes };
}

/**
 * Whether the body is the one that the header commits to: what is kept under a header's hash must be.
 *
 * @throws {BlockError} `BLOCK_TRANSACTIONS_ROOT_WRONG`, `BLOCK_WITHDRAWALS_ROOT_WRONG`
 */
export function requireOwnBody({ stored, envelopes }: OpenedBlock): void {
  const { header, withdrawals } = stored.block;
  const root = header.transactionsRoot;
  const expected = computeListRoot(envelopes);
  if (root !== expected) {
    throw new BlockError({ code: "BLOCK_TRANSACTIONS_ROOT_WRONG", root, expected });
  }
  const { withdrawalsRoot } = header;
  const paid = withdrawals && computeListRoot(withdrawals.map(encodeWithdrawal));
  if (withdrawalsRoot === paid) return;
  throw new BlockError({
    code: "BLOCK_WITHDRAWALS_ROOT_WRONG",
    root: withdrawalsRoot,
    expected: paid,
  });
}

function recoveryItem(transaction: Transaction): RecoveryItem {
  return { digest: signingDigest(transaction), ...transaction.signature };
}

function requireLowS({ signature }: Transaction, index: number): void {
  if (!isLowS(signature.s)) throw invalid(index, "s is in the upper half of its range");
}

function invalid(index: number, problem: string): ProtocolError {
  const reason = `transaction ${index}: ${problem}`;
  return new ProtocolError({ code: "TRANSACTION_SIGNATURE_INVALID", reason });
}
