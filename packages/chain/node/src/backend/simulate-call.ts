import { ExecutionError, simulateTransaction, type TransactionBody } from "@ghostchain/accounts";
import {
  type BlockContext,
  contractAddress,
  type Hardfork,
  type StateReader,
} from "@ghostchain/evm";
import type { CallOutcome, CallRequest, TransactionRequest } from "@ghostchain/rpc";
import type { Machines } from "../chain/machines.ts";
import { AccessRecorder } from "./access-recorder.ts";
import { overrideState } from "./overridden-state.ts";

/** Where a call is to be run: a block, and the state after it. */
export interface CallSite {
  readonly machines: Machines;
  readonly hardfork: Hardfork;
  readonly block: BlockContext;
  readonly state: StateReader;
}

/**
 * Runs a call and forgets what it did. What it touched is found out by running it again where somebody asks.
 *
 * @throws {ExecutionError} `TRANSACTION_FEE_BELOW_BASE_FEE`, `TRANSACTION_FUNDS_INSUFFICIENT` for a call that
 *   names a fee
 * @throws {ProtocolError} `TRANSACTION_GAS_TOO_LOW`
 */
export function simulateCall(site: CallSite, request: CallRequest): CallOutcome {
  const { machines, hardfork } = site;
  const state =
    request.stateOverrides === undefined
      ? site.state
      : overrideState(site.state, request.stateOverrides);
  const wanted = { ...site.block, ...defined(request.blockOverrides ?? {}) };
  const body = bodyOf(request.transaction, wanted);
  requireFunds(request.transaction, body, state);
  const block = withoutUnaskedFees(request, wanted);
  const run = (evm = machines.of(hardfork)) =>
    simulateTransaction({ evm, block, world: evm.createWorld(state) }, body);
  const { message, gasUsed, logs } = run();
  return {
    ...message,
    gasUsed,
    logs,
    get accessList() {
      const recorder = new AccessRecorder([
        body.sender,
        body.to ?? contractAddress(body.sender, state.account(body.sender)?.nonce ?? 0n),
        ...machines.precompiles(hardfork),
      ]);
      run(machines.traced(hardfork, recorder));
      return recorder.accessList();
    },
  };
}

function bodyOf(request: TransactionRequest, block: BlockContext): TransactionBody {
  return {
    sender: request.from,
    to: request.to,
    valueWei: request.valueWei,
    data: request.data,
    gasLimit: request.gasLimit ?? block.gasLimit,
    gasPriceWei: gasPriceOf(request, block.baseFeeWei),
    accessList: request.accessList,
    blobHashes: request.blobHashes,
    authorizations: request.authorizations,
  };
}

/** Wei per gas; zero where the call names no fee. */
function gasPriceOf(request: TransactionRequest, baseFeeWei: bigint): bigint {
  const maxFeeWei = request.gasPriceWei ?? request.maxFeePerGasWei ?? 0n;
  if (maxFeeWei === 0n) return 0n;
  if (maxFeeWei < baseFeeWei) {
    throw new ExecutionError({
      code: "TRANSACTION_FEE_BELOW_BASE_FEE",
      maxFeeWei,
      baseFeeWei,
    });
  }
  const offeredWei = baseFeeWei + (request.maxPriorityFeePerGasWei ?? 0n);
  if (request.gasPriceWei !== undefined || offeredWei > maxFeeWei) return maxFeeWei;
  return offeredWei;
}

/** Who names a fee must be able to pay it, though it is not taken. */
function requireFunds(
  request: TransactionRequest,
  { sender, gasLimit, valueWei }: TransactionBody,
  state: StateReader,
): void {
  const maxFeeWei = request.gasPriceWei ?? request.maxFeePerGasWei ?? 0n;
  if (maxFeeWei === 0n) return;
  const balanceWei = state.account(sender)?.balanceWei ?? 0n;
  const costWei = gasLimit * maxFeeWei + valueWei;
  if (balanceWei >= costWei) return;
  throw new ExecutionError({ code: "TRANSACTION_FUNDS_INSUFFICIENT", sender, balanceWei, costWei });
}

/** Code that checks the price of gas against the base fee must not find a free call impossible. */
function withoutUnaskedFees({ transaction, blockOverrides }: CallRequest, block: BlockContext) {
  const namesFee = (transaction.gasPriceWei ?? transaction.maxFeePerGasWei ?? 0n) > 0n;
  const namesBlobFee = (transaction.maxFeePerBlobGasWei ?? 0n) > 0n;
  return {
    ...block,
    ...(!namesFee && blockOverrides?.baseFeeWei === undefined && { baseFeeWei: 0n }),
    ...(!namesBlobFee && blockOverrides?.blobBaseFeeWei === undefined && { blobBaseFeeWei: 0n }),
  };
}

function defined<T extends object>(overrides: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}
