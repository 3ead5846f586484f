import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import cookie from "@fastify/cookie";
import cors from "@fastify/cors";
import fastify, { type FastifyInstance, type FastifyPluginAsync, type FastifyReply } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import type { AnswerCache } from "./answer-cache.ts";
import type { ApiOptions, ApiParts } from "./api.ts";
import { type ApiRoute, mountRoute } from "./api-route.ts";
import { identifyCaller, refuseTokenInUrl, requireAccess } from "./caller.ts";
import { registerDocs } from "./docs.ts";
import { answerTo, retryAfterOf } from "./error-answer.ts";
import { registerGraphqlRoutes } from "./graphql-route.ts";
import type { RequestLimiter } from "./limit-requests.ts";
import type { ApiMetrics } from "./metrics.ts";
import type { Page } from "./page.ts";
import { type RpcRouteParts, registerRpcRoute } from "./rpc-route.ts";
import { SAFE_HEADERS } from "./safe-headers.ts";
import { registerServiceRoutes } from "./service-routes.ts";

const BODY_BYTES = 64 * 1024;
const REQUEST_TIMEOUT_MS = 15_000;

export interface AppParts
  extends Pick<ApiParts, "auth" | "health" | "metrics" | "logger" | "graphql">,
    RpcRouteParts {
  readonly routes: readonly ApiRoute[];
  readonly page: Page;
  readonly limiter: RequestLimiter;
  readonly answers: AnswerCache;
  readonly apiMetrics: ApiMetrics;
  /** Pages that are ours. */
  readonly origins: () => readonly string[];
}

/** The HTTP application: one way to answer, guard and document for every route. */
export async function buildApp(
  parts: AppParts,
  options: Pick<ApiOptions, "trustProxy">,
): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    trustProxy: options.trustProxy ? [...options.trustProxy] : false,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, _, reply) => {
      sendError(error, reply);
    },
    clientErrorHandler: answerBrokenRequest,
  });
  acceptJson(app);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await registerCookies(app, parts.origins);
  observe(app, parts);
  await registerDocs(app);
  registerServiceRoutes(app, parts);
  await registerRpcRoute(app, parts);
  // async, so that a route that cannot be mounted stops the start rather than the process
  const routes: FastifyPluginAsync = async (api) => {
    guard(api, parts);
    registerGraphqlRoutes(api, parts.graphql);
    for (const route of parts.routes) mountRoute(api, route, parts);
  };
  await app.register(routes);
  await parts.page.register(app);
  app.setNotFoundHandler((request, reply) => {
    if (parts.page.handles(request)) return parts.page.answer(reply);
    const message = `there is nothing at ${request.method} ${request.url.split("?", 1)[0]}`;
    return reply.code(404).send({ error: { code: "NOT_FOUND", message } });
  });
  return app;
}

/**
 * JSON and nothing else: plain text is what another site's form may send without asking first. Many clients name the
 * type of a body that they do not send; where one is needed, its schema misses it.
 */
function acceptJson(app: FastifyInstance): void {
  app.removeContentTypeParser("text/plain");
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string" },
    (request, body, done) => {
      if (body === "") done(null, undefined);
      else void parse(request, body, done);
    },
  );
}

async function registerCookies(
  app: FastifyInstance,
  origins: () => readonly string[],
): Promise<void> {
  await app.register(cookie);
  await app.register(cors, {
    origin: (origin, decide) => decide(null, origin !== undefined && origins().includes(origin)),
    credentials: true,
    strictPreflight: false,
    methods: ["GET", "HEAD", "POST", "PUT", "DELETE"],
    allowedHeaders: ["authorization", "content-type"],
    exposedHeaders: ["ratelimit-limit", "ratelimit-remaining", "retry-after", "x-request-id"],
    maxAge: 600,
  });
}

/** Measures every request, and logs those that fail by our doing. */
function observe(app: FastifyInstance, { logger, apiMetrics }: AppParts): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(SAFE_HEADERS).header("x-request-id", request.id);
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "none";
    const status = `${Math.floor(reply.statusCode / 100)}xx`;
    apiMetrics.observe(request.method, route, status, reply.elapsedTime / 1000);
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    const { status, code } = sendError(error, reply);
    if (COUNTED.has(code) || code.startsWith("LOGIN_")) apiMetrics.refused.inc({ code });
    // whoever says when to come again has said why in a log of its own
    if (status < 500 || code === "RATE_LIMIT_UNAVAILABLE" || retryAfterOf(error)) return;
    const route = request.routeOptions.url;
    logger.error({ err: error, requestId: request.id, route }, "a request failed");
  });
}

const COUNTED: ReadonlySet<string> = new Set(["RATE_LIMITED", "RATE_LIMIT_UNAVAILABLE"]);

/** Who asks, whether there is budget left, and whether this route is open to them; in that order. */
function guard(api: FastifyInstance, { auth, limiter, origins }: AppParts): void {
  api.decorateRequest("caller");
  api.decorateRequest("kept");
  api.addHook("onRequest", async (request, reply) => {
    request.caller = await identifyCaller(request, auth);
    await limiter.check(request, reply);
    refuseTokenInUrl(request);
    requireAccess(request, origins);
  });
}

function sendError(error: unknown, reply: FastifyReply): { status: number; code: string } {
  const { status, body } = answerTo(error);
  const waitSeconds = retryAfterOf(error);
  if (waitSeconds !== undefined) reply.header("retry-after", waitSeconds);
  reply.code(status).header("cache-control", "no-store").send(body);
  return { status, code: body.error.code };
}

/** What is not even HTTP, answered before there is a request to speak of. */
function answerBrokenRequest(error: Error, socket: Socket): void {
  const known = "code" in error ? BROKEN[String(error.code)] : undefined;
  const { line, code } = known ?? { line: "400 Bad Request", code: "REQUEST_REFUSED" };
  if (!socket.writable || ("code" in error && error.code === "ECONNRESET")) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify({ error: { code, message: "this is not a request we can read" } });
  const head = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`HTTP/1.1 ${line}\r\n${head}\r\nConnection: close\r\n\r\n${body}`);
}

const BROKEN: Readonly<Record<string, { line: string; code: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { line: "408 Request Timeout", code: "REQUEST_TIMEOUT" },
  HPE_HEADER_OVERFLOW: { line: "431 Request Header Fields Too Large", code: "HEADERS_TOO_LARGE" },
};
