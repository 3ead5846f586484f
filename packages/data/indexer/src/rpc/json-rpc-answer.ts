import { IndexerError } from "../indexer-error.ts";
import { isRateLimit } from "./refusal.ts";

/** Of what a server says, no more than this is repeated. */
const REASON_CHARS_MAX = 300;

/**
 * @throws {IndexerError} `INDEXER_SOURCE_REFUSED` or `INDEXER_SOURCE_BUSY`, or `INDEXER_SOURCE_INCONSISTENT` for what
 *   is no answer
 */
export function resultOf(where: string, method: string, answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null)
    throw new IndexerError({
      ...{ code: "INDEXER_SOURCE_INCONSISTENT", method, reason: "the answer is not an object" },
    });
  if ("error" in answer && answer.error) throw refused(where, method, answer.error);
  if (!("result" in answer))
    throw new IndexerError({
      ...{ code: "INDEXER_SOURCE_INCONSISTENT", method, reason: "neither a result nor an error" },
    });
  return answer.result;
}

/** What a JSON-RPC error, of an answer or of a provider, means. */
export function refused(where: string, method: string, error: unknown): IndexerError {
  const { code, message } = (typeof error === "object" && error !== null ? error : {}) as {
    code?: unknown;
    message?: unknown;
  };
  const reason = presentable(String(message ?? error));
  const rpcCode = typeof code === "number" ? code : -32603;
  if (isRateLimit(rpcCode, reason)) return busy(where, reason);
  return new IndexerError({ code: "INDEXER_SOURCE_REFUSED", method, rpcCode, reason });
}

const RETRY_AFTER_DEFAULT_MS = 1_000;

export function busy(where: string, reason: string, retryAfterMs = RETRY_AFTER_DEFAULT_MS) {
  return new IndexerError(
    { code: "INDEXER_SOURCE_BUSY", where, reason, retryAfterMs },
    `the chain at ${where} wants to be asked less: ${reason}`,
  );
}

export function unreachable(where: string, error: unknown): IndexerError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = presentable(cause instanceof Error ? cause.message || cause.name : String(cause));
  return new IndexerError(
    { code: "INDEXER_SOURCE_UNREACHABLE", where, reason },
    `the chain at ${where} cannot be reached: ${reason}`,
    { cause: error },
  );
}

/** Scheme, host and port: a path or a query may hold a key. */
export function describeUrl(url: URL): string {
  return `${url.protocol}//${url.host}`;
}

/** A server may repeat the URL, and with it the key, in what it says. */
function presentable(reason: string): string {
  const short = reason.length > REASON_CHARS_MAX ? `${reason.slice(0, REASON_CHARS_MAX)}…` : reason;
  return short.replace(/\b(\w+:\/\/)(?:[^\s/@]*@)?([^\s/?#]*)[^\s]*/g, "$1$2");
}
