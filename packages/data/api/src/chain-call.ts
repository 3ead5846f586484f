import { z } from "zod";
import { ApiError } from "./api-error.ts";

/** A chain in this process. */
export interface ChainProvider {
  request(request: { method: string; params?: readonly unknown[] }): Promise<unknown>;
}

/** A URL of JSON-RPC over HTTP, or EIP-1193. */
export type ChainSource = string | ChainProvider;

/** One question that is answered with hexadecimal. */
export type ChainCall = (
  method: string,
  params: readonly unknown[],
  signal: AbortSignal,
) => Promise<string>;

/** The chain answered, with an error. */
export class RefusedCall extends Error {
  /** Whether the contract that was called is the reason, and not the chain. */
  readonly byContract: boolean;

  constructor(rpcCode: number, message: string) {
    super(`JSON-RPC error ${rpcCode}: ${message}`);
    this.name = "RefusedCall";
    this.byContract =
      EXECUTION.has(rpcCode) || (ANYTHING.has(rpcCode) && EXECUTION_WORDS.test(message));
  }
}

/** A call that reverted in Geth and Reth, ran out of gas in Reth, or failed in Nethermind. */
const EXECUTION: ReadonlySet<number> = new Set([3, -32_003, -32_015]);
/** What nodes say when nothing else fits, also of a call that ran out of gas. */
const ANYTHING: ReadonlySet<number> = new Set([-32_000, -32_603]);
const EXECUTION_WORDS = /revert|gas|opcode|stack|jump|\be?vm\b/i;

/** More than a contract can pay for with 3,000,000 gas: 1.2 MB, twice that in hexadecimal. */
const ANSWER_BYTES = 3 * 1024 * 1024;

const HEX = /^0x[0-9a-f]*$/i;
const rpcError = z.object({ code: z.number(), message: z.string().catch("") });
const rpcAnswer = z.object({ result: z.unknown().optional(), error: rpcError.nullish() });

/** @throws {ApiError} `API_RPC_URL_MALFORMED`, without the URL, which may hold a key */
export function openChainCall(source: ChainSource): ChainCall {
  const ask = typeof source === "string" ? overHttp(requireHttp(source)) : inProcess(source);
  return async (method, params, signal) => {
    const result = await ask(method, params, signal);
    if (typeof result === "string" && HEX.test(result)) return result;
    throw new Error(`${method} was answered with no hexadecimal`);
  };
}

type Ask = (method: string, params: readonly unknown[], signal: AbortSignal) => Promise<unknown>;

function inProcess(provider: ChainProvider): Ask {
  return async (method, params, signal) => {
    const asked = provider.request({ method, params }).catch((error: unknown) => {
      const { data } = rpcError.safeParse(error);
      throw data ? new RefusedCall(data.code, data.message) : error;
    });
    return within(asked, signal);
  };
}

/** A provider cannot be told to stop. */
function within<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => reject(signal.reason);
    if (signal.aborted) give();
    signal.addEventListener("abort", give, { once: true });
    asked.then(resolve, reject).finally(() => signal.removeEventListener("abort", give));
  });
}

function overHttp(url: URL): Ask {
  return async (method, params, signal) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      redirect: "error",
      signal,
    });
    const text = await readBounded(response);
    const { data } = rpcAnswer.safeParse(parseJson(text));
    if (!data) throw new Error(`${method} was answered with ${response.status} and no JSON-RPC`);
    if (data.error) throw new RefusedCall(data.error.code, data.error.message);
    return data.result;
  };
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > ANSWER_BYTES) throw new Error(`an answer of more than ${ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a proxy's page; the status says more than the parser would
  }
}

function requireHttp(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  const reason = url ? `the scheme is ${url.protocol}` : "not a URL";
  throw new ApiError(
    { code: "API_RPC_URL_MALFORMED", reason },
    `wallets are asked over HTTP: the URL of the chain must begin with http:// or https:// (${reason})`,
  );
}
