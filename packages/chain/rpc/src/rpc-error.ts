import type { Hex } from "@ghostchain/encoding";
import type { Halt } from "@ghostchain/evm";
import { CodedError } from "@ghostchain/service";

export type RpcFault =
  | { code: "RPC_PARSE_FAILED" }
  | { code: "RPC_REQUEST_INVALID"; problem: string }
  | { code: "RPC_METHOD_UNKNOWN"; method: string }
  | { code: "RPC_PARAMS_INVALID"; path: readonly string[]; problem: string }
  | { code: "RPC_INTERNAL" }
  | { code: "RPC_FAILED"; problem: string }
  | { code: "RPC_FILTER_UNKNOWN" }
  | { code: "RPC_EXECUTION_HALTED"; halt: Exclude<Halt, "revert"> }
  | { code: "RPC_EXECUTION_REVERTED"; reason: string | undefined; data: Hex }
  | { code: "RPC_NOT_FOUND"; what: string }
  | { code: "RPC_TRANSACTION_REJECTED"; rule: string; problem: string }
  | { code: "RPC_LIMIT_EXCEEDED"; problem: string }
  | { code: "RPC_PORT_IN_USE"; host: string; port: number }
  | { code: "RPC_LISTEN_FAILED"; host: string; port: number; reason: string };

/** Everything JSON-RPC answers with, or a server fails to start with. */
export class RpcError extends CodedError<RpcFault> {
  constructor(fault: RpcFault, options?: ErrorOptions) {
    super(fault, sentenceOf(fault), options);
  }
}

/** The `error` member of a response. */
export interface JsonRpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** What a client is told. `data` is the revert data, or the code of the rule a transaction broke. */
export function toJsonRpcError(error: RpcError): JsonRpcError {
  const { fault, message } = error;
  const code = JSON_RPC_CODES[fault.code];
  if (fault.code === "RPC_EXECUTION_REVERTED") return { code, message, data: fault.data };
  if (fault.code === "RPC_TRANSACTION_REJECTED") return { code, message, data: fault.rule };
  return { code, message };
}

const JSON_RPC_CODES: Record<RpcFault["code"], number> = {
  RPC_PARSE_FAILED: -32700,
  RPC_REQUEST_INVALID: -32600,
  RPC_METHOD_UNKNOWN: -32601,
  RPC_PARAMS_INVALID: -32602,
  RPC_INTERNAL: -32603,
  RPC_FAILED: -32000,
  RPC_FILTER_UNKNOWN: -32000,
  RPC_EXECUTION_HALTED: -32000,
  RPC_EXECUTION_REVERTED: 3,
  RPC_NOT_FOUND: -32001,
  RPC_TRANSACTION_REJECTED: -32003,
  RPC_LIMIT_EXCEEDED: -32005,
  RPC_PORT_IN_USE: -32603,
  RPC_LISTEN_FAILED: -32603,
};

function sentenceOf(fault: RpcFault): string {
  switch (fault.code) {
    case "RPC_PARSE_FAILED":
      return "parse error: the request is not valid JSON";
    case "RPC_REQUEST_INVALID":
      return `invalid request: ${fault.problem}`;
    case "RPC_METHOD_UNKNOWN":
      return `the method ${fault.method} does not exist/is not available`;
    case "RPC_PARAMS_INVALID":
      return fault.path.length === 0
        ? fault.problem
        : `invalid argument ${fault.path.join(".")}: ${fault.problem}`;
    case "RPC_INTERNAL":
      return "internal error";
    case "RPC_FILTER_UNKNOWN":
      return "filter not found";
    case "RPC_EXECUTION_HALTED":
      return HALT_SENTENCES[fault.halt];
    case "RPC_EXECUTION_REVERTED":
      return fault.reason === undefined
        ? "execution reverted"
        : `execution reverted: ${fault.reason}`;
    case "RPC_NOT_FOUND":
      return `${fault.what} not found`;
    case "RPC_FAILED":
    case "RPC_TRANSACTION_REJECTED":
    case "RPC_LIMIT_EXCEEDED":
      return fault.problem;
    case "RPC_PORT_IN_USE":
      return (
        `port ${fault.port} on ${fault.host} is in use: ` +
        "stop the program that holds it, or choose another port for JSON-RPC"
      );
    case "RPC_LISTEN_FAILED":
      return `JSON-RPC cannot listen on ${fault.host}:${fault.port}: ${fault.reason}`;
  }
}

/** The words other clients use, which tools match on. */
const HALT_SENTENCES: Record<Exclude<Halt, "revert">, string> = {
  out_of_gas: "out of gas",
  stack_underflow: "stack underflow",
  stack_overflow: "stack limit reached 1024",
  invalid_opcode: "invalid opcode",
  invalid_jump: "invalid jump destination",
  static_state_change: "write protection",
  return_data_out_of_bounds: "return data out of bounds",
  insufficient_balance: "insufficient balance for transfer",
  call_depth: "max call depth exceeded",
  create_collision: "contract address collision",
  code_too_large: "max code size exceeded",
  init_code_too_large: "max initcode size exceeded",
  code_starts_with_ef: "invalid code: must not begin with 0xef",
  nonce_overflow: "nonce uint64 overflow",
  precompile_failed: "precompiled contract failed",
};
