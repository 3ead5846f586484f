import { RpcError } from "./rpc-error.ts";

/**
 * Runs what pools or signs a transaction. A rule the transaction breaks becomes `RPC_TRANSACTION_REJECTED`
 * with the rule's code and its sentence, which tools match on; anything else passes.
 */
export async function orRejected<T>(send: () => T | Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    const rule = error instanceof RpcError ? undefined : faultCodeOf(error);
    if (rule === undefined || !(error instanceof Error)) throw error;
    const problem = error.message;
    throw new RpcError({ code: "RPC_TRANSACTION_REJECTED", rule, problem }, { cause: error });
  }
}

/** The code of an error that was meant for a person to read; undefined for any other. */
export function faultCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("fault" in error)) return undefined;
  const { fault } = error;
  if (typeof fault !== "object" || fault === null || !("code" in fault)) return undefined;
  return typeof fault.code === "string" ? fault.code : undefined;
}
