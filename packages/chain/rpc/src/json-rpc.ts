import { type JsonRpcError, RpcError, toJsonRpcError } from "./rpc-error.ts";

export type JsonRpcId = string | number | null;

export type JsonRpcResponse =
  | { readonly jsonrpc: "2.0"; readonly id: JsonRpcId; readonly result: unknown }
  | { readonly jsonrpc: "2.0"; readonly id: JsonRpcId; readonly error: JsonRpcError };

/** One request whose envelope is sound. A notification has no id and wants no answer. */
export interface Call {
  readonly id: JsonRpcId | undefined;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** @throws {RpcError} `RPC_REQUEST_INVALID`, `RPC_PARAMS_INVALID` for parameters by name */
export function readCall(request: unknown): Call {
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    throw invalid("expected an object");
  }
  const { jsonrpc, id, method, params } = request as Record<string, unknown>;
  if (jsonrpc !== "2.0") throw invalid('jsonrpc must be "2.0"');
  if (id !== undefined && !isId(id)) throw invalid("id must be a string, a number or null");
  if (typeof method !== "string") throw invalid("method must be a string");
  return { id, method, params: readParams(params) };
}

/** The id to answer a malformed request with: its own if it has one, else null. */
export function idOf(request: unknown): JsonRpcId {
  if (typeof request !== "object" || request === null) return null;
  const { id } = request as { id?: unknown };
  return isId(id) ? id : null;
}

export function success(id: JsonRpcId, result: unknown): JsonRpcResponse {
  return { jsonrpc: "2.0", id, result: result === undefined ? null : result };
}

export function failure(id: JsonRpcId, error: RpcError): JsonRpcResponse {
  return { jsonrpc: "2.0", id, error: toJsonRpcError(error) };
}

function readParams(params: unknown): readonly unknown[] {
  if (params === undefined || params === null) return NO_PARAMS;
  if (Array.isArray(params)) return params;
  throw new RpcError({
    code: "RPC_PARAMS_INVALID",
    path: [],
    problem: "params must be an array: parameters go by position",
  });
}

const NO_PARAMS: readonly unknown[] = [];

function isId(id: unknown): id is JsonRpcId {
  return id === null || typeof id === "string" || typeof id === "number";
}

function invalid(problem: string): RpcError {
  return new RpcError({ code: "RPC_REQUEST_INVALID", problem });
}
