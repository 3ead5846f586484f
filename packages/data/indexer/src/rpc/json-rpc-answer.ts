import { IndexerError } from "../indexer-error.ts";

export const REQUEST_TIMEOUT_MS = 10_000;

/** @throws {IndexerError} `INDEXER_SOURCE_REFUSED`, or `INDEXER_SOURCE_INCONSISTENT` for what is no answer */
export function resultOf(method: string, answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null)
    throw new IndexerError({
      ...{ code: "INDEXER_SOURCE_INCONSISTENT", method, reason: "the answer is not an object" },
    });
  if ("error" in answer && answer.error) {
    const { code, message } = answer.error as { code?: unknown; message?: unknown };
    throw new IndexerError({
      ...{ code: "INDEXER_SOURCE_REFUSED", method, reason: String(message) },
      rpcCode: typeof code === "number" ? code : -32603,
    });
  }
  if (!("result" in answer))
    throw new IndexerError({
      ...{ code: "INDEXER_SOURCE_INCONSISTENT", method, reason: "neither a result nor an error" },
    });
  return answer.result;
}

export function unreachable(where: string, error: unknown): IndexerError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
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
