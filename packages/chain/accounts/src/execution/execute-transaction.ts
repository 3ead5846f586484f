import type { Address, Halt, Log } from "@ghostchain/evm";
import type { Transaction } from "@ghostchain/protocol";
import { effectiveTipWei } from "../pool/transaction-fees.ts";
import { admitTransaction, type Candidate } from "./admit-transaction.ts";
import { blobGasOf } from "./blob-gas.ts";
import { runTransaction, type TransactionBody, type TransactionSite } from "./run-transaction.ts";

/** A block in the making. */
export interface BlockExecution extends TransactionSite {
  /** The block's gas limit less what its transactions so far have used. */
  readonly availableGas: bigint;
  /** The most blob gas of a block less that of its transactions so far. Zero before Cancun. */
  readonly availableBlobGas: bigint;
}

/** What a receipt is made of. */
export interface ExecutedTransaction {
  readonly succeeded: boolean;
  /** Why it failed; undefined where it succeeded. */
  readonly halt: Halt | undefined;
  /** Return data or revert data. */
  readonly output: Uint8Array;
  readonly gasUsed: bigint;
  readonly effectiveGasPriceWei: bigint;
  readonly blobGasUsed: bigint;
  readonly logs: readonly Log[];
  /** The new contract, where the transaction created one. */
  readonly contractAddress: Address | undefined;
}

/**
 * Applies one transaction to the world: checks it, takes the fee, runs it, gives back what is left and pays
 * the coinbase. The base fee and the fee for blobs are burned. A transaction that is refused has changed
 * nothing; one that fails has still paid.
 *
 * @throws {ProtocolError} a rule it breaks by itself
 * @throws {ExecutionError} a rule it breaks against the block or its sender's account
 * @see Yellow paper, section 6.2; EIP-1559, 4844
 */
export function executeTransaction(
  execution: BlockExecution,
  candidate: Candidate,
): ExecutedTransaction {
  admitTransaction(execution, candidate);
  const { world, block } = execution;
  const { transaction, sender } = candidate;
  const { gasLimit } = transaction;
  const tipWei = effectiveTipWei(transaction, block.baseFeeWei);
  const effectiveGasPriceWei = block.baseFeeWei + tipWei;
  const blobGasUsed = blobGasOf(transaction);

  world.beginTransaction();
  const upfrontWei = gasLimit * effectiveGasPriceWei + blobGasUsed * block.blobBaseFeeWei;
  world.subtractBalance(sender, upfrontWei);
  const body = bodyOf(transaction, sender, effectiveGasPriceWei);
  const { message, gasUsed, logs } = runTransaction(execution, body);
  world.addBalance(sender, (gasLimit - gasUsed) * effectiveGasPriceWei);
  world.addBalance(block.coinbase, gasUsed * tipWei);
  world.endTransaction();

  return {
    succeeded: message.halt === undefined,
    halt: message.halt,
    output: message.output,
    gasUsed,
    effectiveGasPriceWei,
    blobGasUsed,
    logs,
    contractAddress: message.created,
  };
}

function bodyOf(transaction: Transaction, sender: Address, gasPriceWei: bigint): TransactionBody {
  const { to, valueWei, data, gasLimit } = transaction;
  return {
    sender,
    to,
    valueWei,
    data,
    gasLimit,
    gasPriceWei,
    accessList: transaction.type === 0 ? undefined : transaction.accessList,
    blobHashes: transaction.type === 3 ? transaction.blobHashes : undefined,
    authorizations: transaction.type === 4 ? transaction.authorizations : undefined,
  };
}
