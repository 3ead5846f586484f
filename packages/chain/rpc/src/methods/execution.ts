import { bytesToHex, toQuantity } from "@ghostchain/encoding";
import type { AccessListEntry } from "@ghostchain/protocol";
import type { BlockReference, CallOutcome, CallRequest, TransactionRequest } from "../backend.ts";
import { missingState, type RpcEnvironment } from "../environment.ts";
import { affordableGas, estimateGas } from "../estimate-gas.ts";
import { executionFailure } from "../execution-failure.ts";
import { formatAccessList } from "../format/transaction.ts";
import { type MethodTable, method, optional, required } from "../method.ts";
import { LATEST, readBlockReference } from "../read/block-reference.ts";
import { readBlockOverride, readStateOverrides } from "../read/overrides.ts";
import { transactionRequestFor } from "../read/transaction-request.ts";

/** An access list changes what is warm and so, rarely, what is touched: rounds until it stays the same. */
const ACCESS_LIST_ROUNDS = 16;

/** Running transactions without keeping what they do. */
export function executionMethods(environment: RpcEnvironment): MethodTable {
  const { backend, limits } = environment;
  const parameters = [
    required("transaction", transactionRequestFor(backend.chainId)),
    optional("block", readBlockReference, LATEST),
    optional("stateOverrides", readStateOverrides, undefined),
    optional("blockOverrides", readBlockOverride, undefined),
  ] as const;
  return {
    eth_call: method(parameters, ([transaction, at, stateOverrides, blockOverrides]) => {
      const request = { transaction, at, stateOverrides, blockOverrides };
      const outcome = call(environment, request);
      const failure = executionFailure(outcome);
      if (failure) throw failure;
      return bytesToHex(outcome.output);
    }),
    eth_estimateGas: method(parameters, ([transaction, at, stateOverrides, blockOverrides]) => {
      requireKnown(environment, at);
      const request = { transaction, at, stateOverrides, blockOverrides };
      return toQuantity(estimateGas(backend, request, limits.callGas));
    }),
    eth_createAccessList: method(
      [parameters[0], parameters[1], parameters[2]],
      ([transaction, at, stateOverrides]) =>
        createAccessList(environment, { transaction, at, stateOverrides }),
    ),
  };
}

/** A call has the gas it names up to the cap; else the cap, or what it can pay for if it names a price. */
function call(environment: RpcEnvironment, request: CallRequest): CallOutcome {
  requireKnown(environment, request.at);
  const { backend, limits } = environment;
  const wanted = request.transaction.gasLimit ?? affordableGas(backend, request) ?? limits.callGas;
  const gasLimit = wanted < limits.callGas ? wanted : limits.callGas;
  return backend.call({ ...request, transaction: { ...request.transaction, gasLimit } });
}

/** Tags are always known; and the state of the pending block is not made for nothing. */
function requireKnown({ backend }: RpcEnvironment, at: BlockReference): void {
  if (!("tag" in at) && !backend.state(at)) throw missingState(backend, at);
}

function createAccessList(environment: RpcEnvironment, request: CallRequest) {
  let accessList: readonly AccessListEntry[] = request.transaction.accessList ?? [];
  for (let round = 1; ; round++) {
    const transaction: TransactionRequest = { ...request.transaction, accessList };
    const outcome = call(environment, { ...request, transaction });
    const touched = outcome.accessList;
    if (sameList(touched, accessList) || round === ACCESS_LIST_ROUNDS) {
      const failure = executionFailure(outcome);
      return {
        accessList: formatAccessList(touched),
        ...(failure ? { error: failure.message } : {}),
        gasUsed: toQuantity(outcome.gasUsed),
      };
    }
    accessList = touched;
  }
}

function sameList(a: readonly AccessListEntry[], b: readonly AccessListEntry[]): boolean {
  return JSON.stringify(formatAccessList(a)) === JSON.stringify(formatAccessList(b));
}
