import { EMPTY_CODE_HASH, includesFork } from "@ghostchain/evm";
import type { CallOutcome, CallRequest, RpcBackend } from "./backend.ts";
import { requireBlock, requireState } from "./environment.ts";
import { executionFailure } from "./execution-failure.ts";
import { RpcError } from "./rpc-error.ts";
import { faultCodeOf } from "./transaction-rejection.ts";

const TRANSFER_GAS = 21_000n;
/** EIP-7825: no transaction may have more gas since Osaka. */
const OSAKA_TRANSACTION_GAS = 1n << 24n;
/** Gas a call with value gives its callee for nothing: the caller must have it all the same. */
const CALL_STIPEND_GAS = 2_300n;
/** Rules that more gas satisfies: refunds can bring what was used below what must be there to begin with. */
const TOO_LITTLE_GAS: ReadonlySet<string> = new Set([
  "TRANSACTION_GAS_TOO_LOW",
  "TRANSACTION_FLOOR_GAS_TOO_LOW",
]);
/** The search ends when it is this close: 1.5 %. */
const TOLERANCE = { numerator: 15n, denominator: 1_000n };

/**
 * Gas that a transaction needs to succeed, at most 1.5 % above the least.
 *
 * @throws {RpcError} `RPC_EXECUTION_REVERTED`, `RPC_EXECUTION_HALTED` when no gas within the limits is enough
 */
export function estimateGas(backend: RpcBackend, request: CallRequest, capGas: bigint): bigint {
  const highest = highestGas(backend, request, capGas);
  const run = (gasLimit: bigint): CallOutcome =>
    backend.call({ ...request, transaction: { ...request.transaction, gasLimit } });

  if (isPlainTransfer(backend, request) && highest >= TRANSFER_GAS) {
    if (run(TRANSFER_GAS).halt === undefined) return TRANSFER_GAS;
  }
  const first = run(highest);
  if (first.halt === "out_of_gas") {
    throw new RpcError({
      code: "RPC_FAILED",
      problem: `gas required exceeds allowance (${highest})`,
    });
  }
  const failure = executionFailure(first);
  if (failure) throw failure;
  return narrow(run, first, highest);
}

/**
 * Binary search between what the first run used, which can be too little (63/64 rule, refunds at the end,
 * code that asks how much gas is left), and the gas it had.
 */
function narrow(run: (gas: bigint) => CallOutcome, first: CallOutcome, highest: bigint): bigint {
  const succeeds = (gas: bigint): boolean => {
    try {
      return run(gas).halt === undefined;
    } catch (error) {
      if (TOO_LITTLE_GAS.has(faultCodeOf(error) ?? "")) return false;
      throw error;
    }
  };
  let tooLow = first.gasUsed - 1n;
  let enough = highest;
  const spentGas = maxOf(highest - first.gasLeft, first.gasUsed);
  const guess = ((spentGas + CALL_STIPEND_GAS) * 64n) / 63n;
  if (guess < enough) {
    if (succeeds(guess)) enough = guess;
    else tooLow = guess;
  }
  while (tooLow + 1n < enough && !isClose(tooLow, enough)) {
    const middle = minOf((tooLow + enough) / 2n, tooLow * 2n);
    if (succeeds(middle)) enough = middle;
    else tooLow = middle;
  }
  return enough;
}

function isClose(tooLow: bigint, enough: bigint): boolean {
  return (enough - tooLow) * TOLERANCE.denominator < enough * TOLERANCE.numerator;
}

function isPlainTransfer(backend: RpcBackend, request: CallRequest): boolean {
  const { to, data, accessList, authorizations } = request.transaction;
  if (to === undefined || data.length > 0 || accessList?.length || authorizations?.length) {
    return false;
  }
  if (request.stateOverrides?.get(to)?.code) return false;
  const account = requireState(backend, request.at).account(to);
  return account === undefined || account.codeHash === EMPTY_CODE_HASH;
}

/** The most gas the transaction could have: asked for, allowed, fitting the block, and paid for. */
function highestGas(backend: RpcBackend, request: CallRequest, capGas: bigint): bigint {
  const stored = requireBlock(backend, request.at);
  const { transaction, blockOverrides } = request;
  const blockGas = blockOverrides?.gasLimit ?? stored.block.header.gasLimit;
  let highest = minOf(transaction.gasLimit ?? blockGas, capGas);
  if (includesFork(backend.hardforkOf(stored), "osaka")) {
    highest = minOf(highest, OSAKA_TRANSACTION_GAS);
  }
  return minOf(highest, affordableGas(backend, request) ?? highest);
}

/**
 * Gas that the sender can pay for; undefined when the request names no price.
 *
 * @throws {RpcError} `RPC_FAILED` when the sender has less than the value alone
 */
export function affordableGas(backend: RpcBackend, request: CallRequest): bigint | undefined {
  const { from, valueWei, gasPriceWei, maxFeePerGasWei } = request.transaction;
  const feeWei = gasPriceWei ?? maxFeePerGasWei ?? 0n;
  if (feeWei === 0n) return undefined;
  const balanceWei =
    request.stateOverrides?.get(from)?.balanceWei ??
    requireState(backend, request.at).account(from)?.balanceWei ??
    0n;
  if (valueWei > balanceWei) {
    const problem = `insufficient funds for transfer: have ${balanceWei} want ${valueWei}`;
    throw new RpcError({ code: "RPC_FAILED", problem });
  }
  return (balanceWei - valueWei) / feeWei;
}

function minOf(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
