import { CodedError } from "@ghostchain/service";

export type RpcProxyFault =
  | { code: "RPC_PROXY_PARSE_FAILED" }
  | { code: "RPC_PROXY_REQUEST_INVALID"; problem: string }
  /** Not on the list of methods that are public here, or not among those of this client. */
  | { code: "RPC_PROXY_METHOD_REFUSED"; method: string; reason: string }
  | { code: "RPC_PROXY_PARAMS_INVALID"; index: number; problem: string }
  | { code: "RPC_PROXY_LIMIT_EXCEEDED"; problem: string; retryAfterMs?: number }
  /** No upstream answered. What a client is told holds no address: the log does, without credentials. */
  | { code: "RPC_PROXY_UPSTREAM_UNREACHABLE"; reason: string }
  /** One upstream gave no answer. `where` has no credentials; it is for the log, not for clients. */
  | {
      code: "RPC_PROXY_UPSTREAM_FAILED";
      where: string;
      reason: string;
      /** Whether the request may have been carried out all the same. */
      wasSent: boolean;
      /** How long the upstream asked to be left alone. */
      pauseMs?: number;
    }
  | { code: "RPC_PROXY_UPSTREAM_URL_MALFORMED"; index: number; reason: string }
  | { code: "RPC_PROXY_STORE_URL_MALFORMED"; reason: string }
  | { code: "RPC_PROXY_INTERNAL" };

export class RpcProxyError extends CodedError<RpcProxyFault> {
  constructor(fault: RpcProxyFault, options?: ErrorOptions) {
    super(fault, sentenceOf(fault), options);
  }
}

/** The `error` member of a response, as JSON-RPC 2.0 and EIP-1474 number it. */
export interface JsonRpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export function toJsonRpcError(error: RpcProxyError): JsonRpcError {
  return { code: JSON_RPC_CODES[error.code], message: error.message };
}

const JSON_RPC_CODES: Record<RpcProxyFault["code"], number> = {
  RPC_PROXY_PARSE_FAILED: -32700,
  RPC_PROXY_REQUEST_INVALID: -32600,
  RPC_PROXY_METHOD_REFUSED: -32601,
  RPC_PROXY_PARAMS_INVALID: -32602,
  RPC_PROXY_LIMIT_EXCEEDED: -32005,
  RPC_PROXY_UPSTREAM_UNREACHABLE: -32603,
  RPC_PROXY_UPSTREAM_FAILED: -32603,
  RPC_PROXY_UPSTREAM_URL_MALFORMED: -32603,
  RPC_PROXY_STORE_URL_MALFORMED: -32603,
  RPC_PROXY_INTERNAL: -32603,
};

function sentenceOf(fault: RpcProxyFault): string {
  switch (fault.code) {
    case "RPC_PROXY_PARSE_FAILED":
      return "parse error: the request is not valid JSON";
    case "RPC_PROXY_REQUEST_INVALID":
      return `invalid request: ${fault.problem}`;
    case "RPC_PROXY_METHOD_REFUSED":
      return `the method ${fault.method} is not available: ${fault.reason}`;
    case "RPC_PROXY_PARAMS_INVALID":
      return `invalid argument ${fault.index}: ${fault.problem}`;
    case "RPC_PROXY_LIMIT_EXCEEDED":
      return fault.problem;
    case "RPC_PROXY_UPSTREAM_UNREACHABLE":
      return `the chain does not answer: ${fault.reason}; try again`;
    case "RPC_PROXY_UPSTREAM_FAILED":
      return `the upstream ${fault.where} does not answer: ${fault.reason}`;
    case "RPC_PROXY_UPSTREAM_URL_MALFORMED":
      return `upstream ${fault.index} must begin with http://, https://, ws:// or wss:// (${fault.reason})`;
    case "RPC_PROXY_STORE_URL_MALFORMED":
      return `the cache's URL must look like redis://user:password@host:6379 (${fault.reason})`;
    case "RPC_PROXY_INTERNAL":
      return "internal error";
  }
}
