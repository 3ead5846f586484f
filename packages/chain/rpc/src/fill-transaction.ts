import { bytesToHex } from "@ghostchain/encoding";
import {
  encodeTransaction,
  type Signature,
  type Transaction,
  transactionHash,
} from "@ghostchain/protocol";
import type { RpcBackend, TransactionRequest } from "./backend.ts";
import type { RpcEnvironment } from "./environment.ts";
import { estimateGas } from "./estimate-gas.ts";
import { formatTransaction } from "./format/transaction.ts";
import { PENDING } from "./read/block-reference.ts";
import { invalidValue } from "./read/value.ts";

const UNSIGNED: Signature = { yParity: 0, r: 0n, s: 0n };

/** The request with a gas limit: its own, or what it needs after everything that is pending. */
export function withGas(
  { backend, limits }: RpcEnvironment,
  request: TransactionRequest,
): TransactionRequest {
  if (request.gasLimit !== undefined) return request;
  const gasLimit = estimateGas(backend, { transaction: request, at: PENDING }, limits.callGas);
  return { ...request, gasLimit };
}

/** A request made into a whole transaction that only lacks its signature. */
export function fillTransaction(environment: RpcEnvironment, request: TransactionRequest) {
  const transaction = transactionOf(environment.backend, withGas(environment, request));
  const hash = transactionHash(transaction);
  return {
    raw: bytesToHex(encodeTransaction(transaction)),
    tx: formatTransaction(transaction, hash, request.from, undefined),
  };
}

function transactionOf(backend: RpcBackend, request: TransactionRequest): Transaction {
  const shared = {
    chainId: backend.chainId,
    nonce: request.nonce ?? backend.pool.pendingNonce(request.from),
    gasLimit: request.gasLimit ?? 0n,
    to: request.to,
    valueWei: request.valueWei,
    data: request.data,
    signature: UNSIGNED,
  };
  const accessList = request.accessList ?? [];
  if (request.gasPriceWei !== undefined) {
    if (request.blobHashes || request.authorizations) {
      throw invalidValue("gasPrice cannot pay for blobs or authorizations: give maxFeePerGas");
    }
    const { gasPriceWei } = request;
    if (request.accessList) return { ...shared, type: 1, gasPriceWei, accessList };
    return { ...shared, type: 0, gasPriceWei };
  }
  const market = { ...shared, ...feesOf(backend, request), accessList };
  if (request.authorizations) {
    return { ...market, type: 4, authorizations: request.authorizations };
  }
  if (request.blobHashes) {
    const maxFeePerBlobGasWei = request.maxFeePerBlobGasWei ?? 2n * backend.nextBlobBaseFeeWei();
    return { ...market, type: 3, blobHashes: request.blobHashes, maxFeePerBlobGasWei };
  }
  return { ...market, type: 2 };
}

/** Twice the base fee leaves room for six full blocks in a row. */
function feesOf(backend: RpcBackend, request: TransactionRequest) {
  const suggestedWei = request.maxPriorityFeePerGasWei ?? backend.suggestedTipWei();
  const maxFeePerGasWei = request.maxFeePerGasWei ?? 2n * backend.nextBaseFeeWei() + suggestedWei;
  const maxPriorityFeePerGasWei = suggestedWei < maxFeePerGasWei ? suggestedWei : maxFeePerGasWei;
  return { maxFeePerGasWei, maxPriorityFeePerGasWei };
}
