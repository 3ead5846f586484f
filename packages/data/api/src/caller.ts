import { type Auth, AuthError, type Session } from "@ghostchain/auth";
import type { RouteRefusal } from "@ghostchain/product";
import type { FastifyRequest } from "fastify";
import { ApiError } from "./api-error.ts";
import type { Budget } from "./limit-requests.ts";

export const SESSION_COOKIE = "ghost_session";

/** Who sends a request, as far as it shows. */
export interface Caller {
  readonly session: Session | undefined;
  /** A browser sends a cookie by itself, also for another site's page; a header it does not. */
  readonly by: "header" | "cookie" | "nothing";
}

/** What a route asks of its caller; on every route of the API. */
export interface RouteAccess {
  readonly auth: "none" | "required";
  /** `login` is for what costs us milliseconds before we know who asks. */
  readonly budget: "usual" | "login";
}

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller;
  }
  interface FastifyContextConfig {
    access?: RouteAccess;
    /** Of this route alone, or shared with those that name it too. */
    budget?: Budget;
    /** For the documentation. */
    refusals?: readonly RouteRefusal[];
  }
}

/** A token that is not valid makes a caller nobody, who is then refused only where somebody is asked for. */
export async function identifyCaller(
  request: FastifyRequest,
  auth: Pick<Auth, "verifyToken">,
): Promise<Caller> {
  const [scheme, bearer] = (request.headers.authorization ?? "").split(" ");
  if (scheme?.toLowerCase() === "bearer" && bearer !== undefined) {
    return { session: await verify(bearer, auth), by: "header" };
  }
  const cookie = request.cookies[SESSION_COOKIE];
  if (cookie !== undefined) return { session: await verify(cookie, auth), by: "cookie" };
  return NOBODY;
}

/**
 * @throws {ApiError} `AUTH_REQUIRED`; `CSRF_REFUSED` when a cookie may speak for a page that is not ours
 */
export function requireAccess(request: FastifyRequest, origins: () => readonly string[]): void {
  const { session, by } = request.caller;
  if (request.routeOptions.config.access?.auth === "required" && !session) {
    const message = "log in: POST /auth/verify, then send the token as a bearer or the cookie";
    throw new ApiError({ code: "AUTH_REQUIRED", status: 401 }, message);
  }
  if (by !== "cookie" || request.method === "GET" || request.method === "HEAD") return;
  const { origin } = request.headers;
  if (origin === undefined || !origins().includes(origin)) {
    const message = "a login by cookie is taken from our own pages only";
    throw new ApiError({ code: "CSRF_REFUSED", status: 403 }, message);
  }
}

/** @throws {ApiError} `TOKEN_IN_URL`: URLs end up in logs, histories and Referer headers */
export function refuseTokenInUrl(request: FastifyRequest): void {
  const query = request.query as Record<string, unknown> | undefined;
  if (!query || !["token", "access_token", "jwt"].some((name) => name in query)) return;
  const message = "a URL is written down in logs: send the token in the Authorization header";
  throw new ApiError({ code: "TOKEN_IN_URL", status: 400 }, message);
}

const NOBODY: Caller = { session: undefined, by: "nothing" };

async function verify(
  token: string,
  auth: Pick<Auth, "verifyToken">,
): Promise<Session | undefined> {
  try {
    return await auth.verifyToken(token);
  } catch (error) {
    if (error instanceof AuthError) return undefined;
    throw error;
  }
}
