import type { FastifyReply, FastifyRequest } from "fastify";
import { type Answer, type AnswerCache, isKnown } from "./answer-cache.ts";
import type { ReadVersion } from "./data-versions.ts";

/** How a route's answers are kept: the same for everyone, whoever asks. */
export interface AnswerRule {
  readonly version: ReadVersion;
  /** For an answer that changes with time, too. */
  readonly maxAgeMs?: number;
  /** What the answer depends on besides path and query. */
  readonly key?: (request: FastifyRequest) => string;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Under what the answer may be kept. */
    kept: { readonly key: string; readonly version: string } | undefined;
  }
}

/** A longer one is answered and not kept: there is no end to them. */
const URL_MAX_CHARS = 300;
const JSON_TYPE = "application/json; charset=utf-8";

/** Runs before a request is parsed: one that was answered before was valid. */
export function answerFromCache(cache: AnswerCache, rule: AnswerRule) {
  const { version: readVersion, maxAgeMs = Number.POSITIVE_INFINITY, key: keyOf } = rule;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    if (request.url.length > URL_MAX_CHARS) return undefined;
    const version = await readVersion();
    if (version === undefined) return undefined;
    const key = keyOf ? `${request.url} ${keyOf(request)}` : request.url;
    request.kept = { key, version };
    const answer = cache.find(key, version, maxAgeMs);
    return answer && sendAnswer(request, reply, answer);
  };
}

/** Answers with what `handle` returns, and keeps it if it may be. */
export async function answerAndKeep(
  cache: AnswerCache,
  request: FastifyRequest,
  reply: FastifyReply,
  handle: () => Promise<unknown>,
): Promise<unknown> {
  if (!request.kept) return handle();
  const { key, version } = request.kept;
  const write = async () => String(reply.serialize(await handle()));
  return sendAnswer(request, reply, await cache.make(key, version, write));
}

/** A client may keep it, and asks before it shows it again. */
function sendAnswer(request: FastifyRequest, reply: FastifyReply, { body, etag }: Answer) {
  reply.header("etag", etag).header("cache-control", "no-cache");
  if (isKnown(etag, request.headers["if-none-match"])) return reply.code(304).send();
  return reply.header("content-type", JSON_TYPE).send(body);
}
