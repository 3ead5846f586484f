import { bytesToHex, toQuantity } from "@ghostchain/encoding";
import type { Address, Hash } from "@ghostchain/evm";
import {
  type AccessListEntry,
  type Authorization,
  legacyV,
  type StoredBlock,
  type Transaction,
} from "@ghostchain/protocol";

/** Where a transaction was mined; undefined while it waits. */
export interface TransactionPlace {
  readonly blockHash: Hash | null;
  readonly blockNumber: bigint;
  readonly blockTimestamp: bigint;
  readonly index: number;
  readonly baseFeeWei: bigint | undefined;
}

/** The transaction at `index`; undefined when the block has no such transaction. */
export function formatTransactionAt(stored: StoredBlock, index: number) {
  const transaction = stored.block.transactions[index];
  const hash = stored.transactionHashes[index];
  const sender = stored.senders[index];
  if (!transaction || !hash || !sender) return undefined;
  const { header } = stored.block;
  return formatTransaction(transaction, hash, sender, {
    blockHash: stored.hash,
    blockNumber: header.number,
    blockTimestamp: header.timestamp,
    index,
    baseFeeWei: header.baseFeePerGasWei,
  });
}

export function formatTransaction(
  transaction: Transaction,
  hash: Hash,
  sender: Address,
  place: TransactionPlace | undefined,
) {
  return {
    blockHash: place?.blockHash ?? null,
    blockNumber: place ? toQuantity(place.blockNumber) : null,
    ...(place ? { blockTimestamp: toQuantity(place.blockTimestamp) } : {}),
    from: sender,
    gas: toQuantity(transaction.gasLimit),
    gasPrice: toQuantity(effectiveGasPriceWei(transaction, place?.baseFeeWei)),
    ...formatFees(transaction),
    hash,
    input: bytesToHex(transaction.data),
    nonce: toQuantity(transaction.nonce),
    to: transaction.to ?? null,
    transactionIndex: place ? toQuantity(place.index) : null,
    value: toQuantity(transaction.valueWei),
    type: toQuantity(transaction.type),
    ...formatLists(transaction),
    ...formatSignature(transaction),
  };
}

/** What a gas costs the sender in a block of this base fee; undefined asks for the most it may cost. */
function effectiveGasPriceWei(transaction: Transaction, baseFeeWei: bigint | undefined): bigint {
  if (transaction.type === 0 || transaction.type === 1) return transaction.gasPriceWei;
  const { maxFeePerGasWei, maxPriorityFeePerGasWei } = transaction;
  if (baseFeeWei === undefined) return maxFeePerGasWei;
  const wantedWei = baseFeeWei + maxPriorityFeePerGasWei;
  return wantedWei < maxFeePerGasWei ? wantedWei : maxFeePerGasWei;
}

function formatFees(transaction: Transaction) {
  if (transaction.type === 0 || transaction.type === 1) return {};
  const fees = {
    maxFeePerGas: toQuantity(transaction.maxFeePerGasWei),
    maxPriorityFeePerGas: toQuantity(transaction.maxPriorityFeePerGasWei),
  };
  if (transaction.type !== 3) return fees;
  return { ...fees, maxFeePerBlobGas: toQuantity(transaction.maxFeePerBlobGasWei) };
}

function formatLists(transaction: Transaction) {
  if (transaction.type === 0) {
    return transaction.chainId === undefined ? {} : { chainId: toQuantity(transaction.chainId) };
  }
  const shared = {
    accessList: formatAccessList(transaction.accessList),
    chainId: toQuantity(transaction.chainId),
  };
  if (transaction.type === 3) return { ...shared, blobVersionedHashes: transaction.blobHashes };
  if (transaction.type !== 4) return shared;
  return { ...shared, authorizationList: transaction.authorizations.map(formatAuthorization) };
}

export function formatAccessList(accessList: readonly AccessListEntry[]) {
  return accessList.map(({ address, storageKeys }) => ({ address, storageKeys }));
}

function formatAuthorization(authorization: Authorization) {
  return {
    chainId: toQuantity(authorization.chainId),
    address: authorization.address,
    nonce: toQuantity(authorization.nonce),
    yParity: toQuantity(authorization.yParity),
    r: toQuantity(authorization.r),
    s: toQuantity(authorization.s),
  };
}

function formatSignature(transaction: Transaction) {
  const { yParity, r, s } = transaction.signature;
  const rs = { r: toQuantity(r), s: toQuantity(s) };
  if (transaction.type !== 0) {
    return { v: toQuantity(yParity), ...rs, yParity: toQuantity(yParity) };
  }
  return { v: toQuantity(legacyV(transaction.chainId, yParity)), ...rs };
}
