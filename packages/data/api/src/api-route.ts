import type { Session } from "@ghostchain/auth";
import type { RouteLimit, RouteRefusal } from "@ghostchain/product";
import type { FastifyInstance, FastifyReply, FastifySchema } from "fastify";
import type { z } from "zod";
import type { AnswerCache } from "./answer-cache.ts";
import { ApiError } from "./api-error.ts";
import { type RouteAccess, SESSION_COOKIE } from "./caller.ts";
import { errorBody } from "./error-answer.ts";
import { type AnswerRule, answerAndKeep, answerFromCache } from "./keep-answers.ts";
import type { RequestLimiter } from "./limit-requests.ts";

/** One endpoint as data: mounted, guarded, validated and documented the same way as every other. */
export interface ApiRoute<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: RouteAccess;
  /** Of its own, for the documentation. */
  readonly refusals?: readonly RouteRefusal[];
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Beside the usual budget. Routes that name one budget share it, and must give it the same rule. */
  readonly limit?: RouteLimit;
  /** Of the 200 answer. */
  readonly response: z.ZodType;
  /** Whether the answer is about the caller, so that no cache may keep it. */
  readonly private?: boolean;
  /** Of a GET that is the same for everyone; its handler is told of no session. */
  readonly cache?: AnswerRule;
  handle(request: ApiRequest<P, Q, B>, reply: FastifyReply): Promise<unknown>;
}

/** Parts that have a schema are parsed by it. */
interface ApiRequest<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
  readonly session: Session | undefined;
  /** The host as the client wrote it, without the port. */
  readonly hostname: string;
}

/** Gives `handle` the types of the schemas beside it. */
export function defineRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  route: ApiRoute<P, Q, B>,
): ApiRoute {
  return route as unknown as ApiRoute;
}

/** @throws {RateLimitError} where the rule of its budget cannot be */
export function mountRoute(
  app: FastifyInstance,
  route: ApiRoute,
  { limiter, answers }: { limiter: Pick<RequestLimiter, "budgetOf">; answers: AnswerCache },
): void {
  const budget = route.limit && limiter.budgetOf(route.limit);
  const { cache } = route;
  app.route({
    method: route.method,
    url: route.path,
    config: {
      access: route.access,
      ...(budget ? { budget } : {}),
      ...(route.refusals ? { refusals: route.refusals } : {}),
    },
    schema: describeRoute(route),
    ...(cache ? { preValidation: answerFromCache(answers, cache) } : {}),
    handler: async (request, reply) => {
      if (route.private) reply.header("cache-control", "no-store");
      const handle = () =>
        route.handle(
          {
            params: request.params,
            query: request.query,
            body: request.body,
            session: cache ? undefined : request.caller.session,
            hostname: request.hostname,
          },
          reply,
        );
      return cache ? answerAndKeep(answers, request, reply, handle) : handle();
    },
  });
}

/** Of a route whose access is `required`. */
export function requireSession(session: Session | undefined): Session {
  if (session) return session;
  throw new ApiError({ code: "AUTH_REQUIRED", status: 401 });
}

function describeRoute({ params, query, body, ...route }: ApiRoute): FastifySchema {
  const required = route.access.auth === "required";
  return {
    tags: [route.tag],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    ...(required ? { security: [{ bearer: [] }, { cookie: [] }] } : {}),
    ...(params ? { params } : {}),
    ...(query ? { querystring: query } : {}),
    ...(body ? { body } : {}),
    response: { 200: route.response, "4xx": errorBody, "5xx": errorBody },
  };
}

/** Names of `security` above, as OpenAPI wants them. */
export const SECURITY_SCHEMES = {
  bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
  cookie: { type: "apiKey", in: "cookie", name: SESSION_COOKIE },
} as const;
