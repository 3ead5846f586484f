import { bytesToHex } from "@ghostchain/encoding";
import type { CallOutcome } from "./backend.ts";
import { decodeRevertReason } from "./revert-reason.ts";
import { RpcError } from "./rpc-error.ts";

/** What a client is told of a call that did not succeed; undefined when it did. */
export function executionFailure({ halt, output }: CallOutcome): RpcError | undefined {
  if (halt === undefined) return undefined;
  if (halt !== "revert") return new RpcError({ code: "RPC_EXECUTION_HALTED", halt });
  const reason = decodeRevertReason(output);
  return new RpcError({ code: "RPC_EXECUTION_REVERTED", reason, data: bytesToHex(output) });
}
