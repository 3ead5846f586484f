import { toQuantity } from "@ghostchain/encoding";
import type { StateReader } from "@ghostchain/evm";
import type { ExecutedReceipt, StoredBlock } from "@ghostchain/protocol";
import type { BlockReference, RpcBackend } from "./backend.ts";
import type { FilterStore } from "./filter-store.ts";
import type { RpcLimits } from "./limits.ts";
import { RpcError } from "./rpc-error.ts";
import type { SubscriptionHub } from "./subscription-hub.ts";

/** What methods work with. */
export interface RpcEnvironment {
  readonly backend: RpcBackend;
  readonly limits: RpcLimits;
  readonly filters: FilterStore;
  readonly subscriptions: SubscriptionHub;
}

/** @throws {RpcError} `RPC_NOT_FOUND` */
export function requireBlock(backend: RpcBackend, reference: BlockReference): StoredBlock {
  const stored = backend.block(reference);
  if (!stored) throw notFound(`block ${describeReference(reference)}`);
  return stored;
}

/** @throws {RpcError} `RPC_NOT_FOUND` when the block is unknown or its state no longer kept */
export function requireState(backend: RpcBackend, reference: BlockReference): StateReader {
  const state = backend.state(reference);
  if (!state) throw missingState(backend, reference);
  return state;
}

/** @throws {RpcError} `RPC_NOT_FOUND` */
export function requireReceipts(
  backend: RpcBackend,
  stored: StoredBlock,
): readonly ExecutedReceipt[] {
  if (stored.transactionHashes.length === 0) return [];
  const receipts = backend.receipts(stored.hash);
  if (!receipts) throw notFound(`receipts of block ${stored.hash}`);
  return receipts;
}

/** The error for a state that could not be read: the block is unknown, or known without its state. */
export function missingState(backend: RpcBackend, reference: BlockReference): RpcError {
  const name = describeReference(reference);
  const known = backend.block(reference) !== undefined;
  return notFound(known ? `state of block ${name}` : `block ${name}`);
}

function notFound(what: string): RpcError {
  return new RpcError({ code: "RPC_NOT_FOUND", what });
}

function describeReference(reference: BlockReference): string {
  if ("tag" in reference) return reference.tag;
  return "number" in reference ? toQuantity(reference.number) : reference.hash;
}
