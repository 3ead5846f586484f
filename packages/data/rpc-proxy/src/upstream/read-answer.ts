import { memberText } from "@ghostchain/encoding";
import { type JsonRpcError, RpcProxyError } from "../rpc-proxy-error.ts";
import type { UpstreamAnswer } from "./upstream.ts";

/** @throws {RpcProxyError} `RPC_PROXY_UPSTREAM_FAILED` for what is no answer of JSON-RPC */
export function readAnswer(text: string, where: string): UpstreamAnswer {
  const answer = parse(text, where);
  if (typeof answer !== "object" || answer === null) throw broken(where, "not an object");
  if ("error" in answer && answer.error !== null && answer.error !== undefined) {
    return { kind: "error", error: readError(answer.error) };
  }
  const result = memberText(text, "result");
  if (!("result" in answer) || result === undefined) {
    throw broken(where, "neither a result nor an error");
  }
  return { kind: "result", text: result, value: answer.result };
}

/** Whatever an upstream or a provider said is wrong, with a code that JSON-RPC allows. */
export function readError(error: unknown): JsonRpcError {
  const { code, message, data } = (error ?? {}) as Record<string, unknown>;
  return {
    code: typeof code === "number" && Number.isInteger(code) ? code : -32603,
    message: typeof message === "string" ? message : "the chain refused without a reason",
    ...(data === undefined ? {} : { data }),
  };
}

export function broken(where: string, reason: string): RpcProxyError {
  return new RpcProxyError({ code: "RPC_PROXY_UPSTREAM_FAILED", where, reason, wasSent: true });
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw broken(where, "the answer is not JSON");
  }
}
