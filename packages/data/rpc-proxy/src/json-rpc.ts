import { type JsonRpcError, RpcProxyError } from "./rpc-proxy-error.ts";

export type JsonRpcId = string | number | null;

/** One request whose envelope is sound. A notification has no id and wants no answer. */
export interface Call {
  readonly id: JsonRpcId | undefined;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** @throws {RpcProxyError} `RPC_PROXY_REQUEST_INVALID`, `RPC_PROXY_PARAMS_INVALID` for parameters by name */
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

/** `result` is JSON text already: a large one is never parsed and written again to change its id. */
export function resultText(id: JsonRpcId, result: string): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
}

export function errorText(id: JsonRpcId, error: JsonRpcError): string {
  return JSON.stringify({ jsonrpc: "2.0", id, error });
}

function readParams(params: unknown): readonly unknown[] {
  if (params === undefined || params === null) return NO_PARAMS;
  if (Array.isArray(params)) return params;
  throw new RpcProxyError({
    code: "RPC_PROXY_PARAMS_INVALID",
    index: 0,
    problem: "params must be an array: parameters go by position",
  });
}

const NO_PARAMS: readonly unknown[] = [];

function isId(id: unknown): id is JsonRpcId {
  return id === null || typeof id === "string" || typeof id === "number";
}

function invalid(problem: string): RpcProxyError {
  return new RpcProxyError({ code: "RPC_PROXY_REQUEST_INVALID", problem });
}
