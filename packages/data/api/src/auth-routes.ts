import type { Auth } from "@ghostchain/auth";
import type { Hex } from "viem";
import { z } from "zod";
import { type ApiRoute, defineRoute, requireSession } from "./api-route.ts";
import { SESSION_COOKIE } from "./caller.ts";
import type { LoginRules } from "./check-login.ts";
import { type LoginParts, logIn } from "./log-in.ts";

export interface AuthRouteOptions {
  /** Asked for at each login: the port may be known only once the server listens. */
  readonly loginRules: () => LoginRules;
  /** Let browsers send the cookie over TLS only. */
  readonly secureCookie: boolean;
}

/** Logging in with a wallet (EIP-4361), and what a login opens. */
export function authRoutes(
  parts: LoginParts & { readonly auth: Auth },
  options: AuthRouteOptions,
): ApiRoute[] {
  const { auth } = parts;
  return [
    nonceRoute(auth),
    verifyRoute(parts, options),
    ticketRoute(auth),
    sessionRoute,
    logoutRoute(options),
  ];
}

const tag = "auth";
const timeMs = z.int().describe("milliseconds since the Unix epoch");
const address = z.string().describe("EIP-55 checksummed");
const anyone = { auth: "none", budget: "usual" } as const;
const somebody = { auth: "required", budget: "usual" } as const;
const cookie = { path: "/", httpOnly: true, sameSite: "strict" } as const;

function nonceRoute(auth: Auth): ApiRoute {
  return defineRoute({
    ...{ method: "GET", path: "/auth/nonce", tag, access: anyone, private: true },
    summary: "A nonce for one login message, and the time to write into it as Issued At",
    response: z.object({ nonce: z.string(), issuedAt: timeMs, expiresAt: timeMs }),
    async handle() {
      const { nonce, issuedAtMs, expiresAtMs } = await auth.issueNonce();
      return { nonce, issuedAt: issuedAtMs, expiresAt: expiresAtMs };
    },
  });
}

const LOGIN_REFUSALS = [
  { status: 400, code: "LOGIN_MESSAGE_MALFORMED", when: "it is no EIP-4361 message" },
  { status: 401, code: "LOGIN_DOMAIN_MISMATCH", when: "the message is for another site" },
  { status: 401, code: "LOGIN_URI_MISMATCH", when: "its URI is not of that site" },
  { status: 401, code: "LOGIN_CHAIN_MISMATCH", when: "it is for another chain" },
  { status: 401, code: "LOGIN_EXPIRED", when: "it is too old" },
  { status: 401, code: "LOGIN_NOT_YET_VALID", when: "it is from the future" },
  { status: 401, code: "LOGIN_NONCE_INVALID", when: "its nonce is not ours, or was used" },
  { status: 401, code: "LOGIN_SIGNATURE_INVALID", when: "another key signed it" },
  { status: 503, code: "LOGIN_CHAIN_UNAVAILABLE", when: "a contract wallet cannot be asked" },
];

function verifyRoute(parts: LoginParts, { loginRules, secureCookie }: AuthRouteOptions): ApiRoute {
  return defineRoute({
    ...{ method: "POST", path: "/auth/verify", tag, private: true },
    access: { auth: "none", budget: "login" },
    summary: "Logs in with a signed EIP-4361 message; sets the session cookie too",
    refusals: LOGIN_REFUSALS,
    body: z.object({
      message: z.string().min(1).max(4096),
      signature: z.string().regex(/^0x(?:[0-9a-fA-F]{2}){1,2048}$/, "must be 0x and hexadecimal"),
    }),
    response: z.object({ token: z.string(), expiresAt: timeMs, address }),
    async handle({ body }, reply) {
      const signed = { text: body.message, signature: body.signature as Hex };
      const { token, session } = await logIn(parts, loginRules(), signed);
      const expires = new Date(session.expiresAtMs);
      reply.setCookie(SESSION_COOKIE, token, { ...cookie, secure: secureCookie, expires });
      return { token, expiresAt: session.expiresAtMs, address: session.address };
    },
  });
}

function ticketRoute(auth: Auth): ApiRoute {
  return defineRoute({
    ...{ method: "POST", path: "/auth/ws-ticket", tag, access: somebody, private: true },
    summary: "A ticket for the WebSocket's AUTH: one use, 30 seconds",
    response: z.object({ ticket: z.string(), expiresAt: timeMs }),
    async handle({ session }) {
      const { ticket, expiresAtMs } = await auth.issueTicket(requireSession(session));
      return { ticket, expiresAt: expiresAtMs };
    },
  });
}

const sessionRoute = defineRoute({
  ...{ method: "GET", path: "/auth/session", tag, access: somebody, private: true },
  summary: "Who is logged in, and until when",
  response: z.object({ address, expiresAt: timeMs }),
  async handle({ session }) {
    const known = requireSession(session);
    return { address: known.address, expiresAt: known.expiresAtMs };
  },
});

function logoutRoute({ secureCookie }: AuthRouteOptions): ApiRoute {
  return defineRoute({
    ...{ method: "POST", path: "/auth/logout", tag, access: anyone, private: true },
    summary: "Takes the session cookie away; a token that was copied lives until it expires",
    response: z.object({ success: z.literal(true) }),
    async handle(_, reply) {
      reply.clearCookie(SESSION_COOKIE, { ...cookie, secure: secureCookie });
      return { success: true };
    },
  });
}
