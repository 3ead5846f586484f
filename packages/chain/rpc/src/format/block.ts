import { bytesToHex, toQuantity } from "@ghostchain/encoding";
import { type Header, headerHash, type StoredBlock, type Withdrawal } from "@ghostchain/protocol";
import { formatTransactionAt } from "./transaction.ts";

/** A block with the hashes of its transactions, or the transactions themselves. */
export function formatBlock(stored: StoredBlock, content: "hashes" | "full") {
  const { block, hash, transactionHashes, sizeBytes } = stored;
  const transactions =
    content === "hashes"
      ? transactionHashes
      : transactionHashes.map((_, index) => formatTransactionAt(stored, index));
  return {
    ...formatHeader(block.header),
    hash,
    size: toQuantity(sizeBytes),
    transactions,
    uncles: block.ommers.map(headerHash),
    ...(block.withdrawals ? { withdrawals: block.withdrawals.map(formatWithdrawal) } : {}),
  };
}

/** The block being built: its hash, nonce and place are not settled, so they are null. */
export function formatPendingBlock(stored: StoredBlock, content: "hashes" | "full") {
  const formatted = formatBlock(stored, content);
  const transactions = formatted.transactions.map((transaction) =>
    typeof transaction === "object" ? { ...transaction, blockHash: null } : transaction,
  );
  return { ...formatted, hash: null, nonce: null, transactions };
}

/** An ommer: a block of which only the header is known. */
export function formatOmmer(header: Header) {
  return { ...formatHeader(header), hash: headerHash(header), uncles: [] };
}

/**
 * A header as `eth_subscribe("newHeads")` sends it. A block that this node sealed itself says when in
 * `milliTimestamp`, as BNB Smart Chain's headers do: a header's own timestamp is in seconds.
 */
export function formatHead(stored: StoredBlock, sealedAtMs?: number) {
  return {
    ...formatHeader(stored.block.header),
    hash: stored.hash,
    ...(sealedAtMs === undefined ? {} : { milliTimestamp: toQuantity(sealedAtMs) }),
  };
}

function formatHeader(header: Header) {
  return {
    number: toQuantity(header.number),
    parentHash: header.parentHash,
    nonce: bytesToHex(header.nonce),
    mixHash: header.mixHash,
    sha3Uncles: header.ommersHash,
    logsBloom: bytesToHex(header.logsBloom),
    transactionsRoot: header.transactionsRoot,
    stateRoot: header.stateRoot,
    receiptsRoot: header.receiptsRoot,
    miner: header.coinbase,
    difficulty: toQuantity(header.difficulty),
    extraData: bytesToHex(header.extraData),
    gasLimit: toQuantity(header.gasLimit),
    gasUsed: toQuantity(header.gasUsed),
    timestamp: toQuantity(header.timestamp),
    ...formatForkFields(header),
  };
}

/** Fields that a header has only from some hardfork on. */
function formatForkFields(header: Header) {
  const fields: Record<string, string> = {};
  const quantities = {
    baseFeePerGas: header.baseFeePerGasWei,
    blobGasUsed: header.blobGasUsed,
    excessBlobGas: header.excessBlobGas,
  };
  for (const [name, value] of Object.entries(quantities)) {
    if (value !== undefined) fields[name] = toQuantity(value);
  }
  const hashes = {
    withdrawalsRoot: header.withdrawalsRoot,
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    requestsHash: header.requestsHash,
  };
  for (const [name, value] of Object.entries(hashes)) {
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

function formatWithdrawal(withdrawal: Withdrawal) {
  return {
    index: toQuantity(withdrawal.index),
    validatorIndex: toQuantity(withdrawal.validatorIndex),
    address: withdrawal.address,
    amount: toQuantity(withdrawal.amountGwei),
  };
}
