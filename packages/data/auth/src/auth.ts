import { type Database, migrate } from "@ghostchain/database";
import type { Service } from "@ghostchain/service";
import type { Address } from "viem";
import { AuthError } from "./auth-error.ts";
import { KeyRing, type KeyRingParts } from "./key-ring.ts";
import { type Session, signToken, type TokenRules, verifyToken } from "./session-token.ts";
import {
  issueNonce,
  issueTicket,
  redeemTicket,
  SINGLE_USE_MIGRATIONS,
  spendNonce,
} from "./single-use.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

/** Sessions, as every process of the data plane understands them. */
export interface Auth extends Service {
  issueToken(address: Address): Promise<{ token: string; session: Session }>;
  /** @throws {AuthError} `AUTH_TOKEN_EXPIRED`, `AUTH_TOKEN_INVALID` */
  verifyToken(token: string): Promise<Session>;
  issueTicket(session: Session): Promise<{ ticket: string; expiresAtMs: number }>;
  /** @throws {AuthError} `AUTH_TICKET_INVALID`, also for the second of two uses */
  redeemTicket(ticket: string): Promise<Session>;
  issueNonce(): Promise<{ nonce: string; issuedAtMs: number; expiresAtMs: number }>;
  /** @throws {AuthError} `AUTH_NONCE_INVALID`, also for the second of two uses */
  spendNonce(nonce: string): Promise<void>;
}

export interface AuthOptions {
  /** A JSON Web Key Set; made on the first start. Processes of one deployment share it, and see when it changes. */
  readonly keyFile: string;
  readonly chainId: number;
  readonly tokenLifetimeMs?: number;
  readonly ticketLifetimeMs?: number;
  readonly nonceLifetimeMs?: number;
}

/** Start it after the database and before what serves clients. */
export function createAuth(
  { database, ...parts }: KeyRingParts & { readonly database: Database },
  options: AuthOptions,
): Auth {
  const { ticketLifetimeMs = 30_000, nonceLifetimeMs = 5 * 60_000 } = options;
  const rules: TokenRules = {
    issuer: "ghostchain",
    audience: `ghostchain:${options.chainId}`,
    lifetimeMs: options.tokenLifetimeMs ?? 24 * 3_600_000,
  };
  const { clock } = parts;
  const ring = new KeyRing(
    { ...parts, logger: parts.logger?.child({ module: "auth" }) },
    options.keyFile,
  );
  const verified = new VerifiedTokens();
  return {
    name: "auth",
    async start() {
      await ring.start();
      await database.transaction((sql) => migrate(sql, "auth", SINGLE_USE_MIGRATIONS));
    },
    async stop() {
      await ring.stop();
    },
    issueToken: (address) => signToken(ring.keys, rules, address, clock.now()),
    async verifyToken(token) {
      const { keys } = ring;
      const known = verified.find(token, keys, clock.now());
      if (known) return known;
      const session = await verifyToken(keys, rules, token, clock, () => ring.lookAgain());
      if (ring.keys === keys) verified.remember(token, keys, session);
      return session;
    },
    async issueTicket(session) {
      if (session.expiresAtMs <= clock.now()) throw new AuthError({ code: "AUTH_TOKEN_EXPIRED" });
      return issueTicket(database, session, clock.now(), ticketLifetimeMs);
    },
    redeemTicket: (ticket) => redeemTicket(database, ticket, clock.now()),
    async issueNonce() {
      const issuedAtMs = clock.now();
      return { issuedAtMs, ...(await issueNonce(database, issuedAtMs, nonceLifetimeMs)) };
    },
    spendNonce: (nonce) => spendNonce(database, nonce, clock.now()),
  };
}
