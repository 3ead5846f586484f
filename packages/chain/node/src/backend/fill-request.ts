import type { UnsignedTransaction } from "@ghostchain/protocol";
import type { TransactionRequest } from "@ghostchain/rpc";

/** What the node puts where the request says nothing. */
export interface RequestDefaults {
  readonly chainId: bigint;
  readonly nonce: bigint;
  readonly gasLimit: bigint;
  /** Undefined before London. */
  readonly baseFeeWei: bigint | undefined;
  readonly blobBaseFeeWei: bigint;
  readonly tipWei: bigint;
}

/** Room for the base fee to rise while the transaction waits: six full blocks in a row. */
const BASE_FEE_ROOM = 2n;

/** The transaction that a request asks for, of the oldest type that can hold what it names. */
export function fillRequest(
  request: TransactionRequest,
  defaults: RequestDefaults,
): UnsignedTransaction {
  const { chainId, baseFeeWei } = defaults;
  const call = {
    nonce: request.nonce ?? defaults.nonce,
    gasLimit: request.gasLimit ?? defaults.gasLimit,
    to: request.to,
    valueWei: request.valueWei,
    data: request.data,
  };
  const { accessList } = request;
  if (request.gasPriceWei !== undefined || baseFeeWei === undefined) {
    const gasPriceWei = request.gasPriceWei ?? request.maxFeePerGasWei ?? defaults.tipWei;
    if (accessList === undefined) return { type: 0, chainId, gasPriceWei, ...call };
    return { type: 1, chainId, gasPriceWei, accessList, ...call };
  }
  const market = {
    chainId,
    ...call,
    ...feesOf(request, baseFeeWei, defaults.tipWei),
    accessList: accessList ?? [],
  };
  if (request.authorizations !== undefined) {
    return { type: 4, ...market, authorizations: request.authorizations };
  }
  if (request.blobHashes === undefined) return { type: 2, ...market };
  const maxFeePerBlobGasWei =
    request.maxFeePerBlobGasWei ?? defaults.blobBaseFeeWei * BASE_FEE_ROOM;
  return { type: 3, ...market, maxFeePerBlobGasWei, blobHashes: request.blobHashes };
}

function feesOf(request: TransactionRequest, baseFeeWei: bigint, suggestedTipWei: bigint) {
  const { maxFeePerGasWei, maxPriorityFeePerGasWei } = request;
  const wantedTipWei = maxPriorityFeePerGasWei ?? suggestedTipWei;
  const maxFeeWei = maxFeePerGasWei ?? baseFeeWei * BASE_FEE_ROOM + wantedTipWei;
  // A tip of our own choosing bows to the fee cap; one the request names is the pool's to refuse.
  const tipWei = maxPriorityFeePerGasWei ?? (wantedTipWei < maxFeeWei ? wantedTipWei : maxFeeWei);
  return { maxFeePerGasWei: maxFeeWei, maxPriorityFeePerGasWei: tipWei };
}
