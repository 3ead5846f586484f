import { createHash, randomBytes } from "node:crypto";
import type { Database, Migration } from "@ghostchain/database";
import type { Address } from "viem";
import { AuthError } from "./auth-error.ts";
import type { Session } from "./session-token.ts";

/**
 * What may be used once, by whichever process it is shown to: nonces for a login and tickets for a
 * WebSocket. Both are deleted by the statement that accepts them, so of two parallel uses one wins.
 */
export const SINGLE_USE_MIGRATIONS: readonly Migration[] = [
  {
    id: "001-single-use",
    sql: `
      CREATE TABLE nonces (
        nonce TEXT PRIMARY KEY,
        expires_at TIMESTAMPTZ NOT NULL
      );
      CREATE INDEX nonces_expires_at ON nonces (expires_at);
      CREATE TABLE tickets (
        ticket_hash BYTEA PRIMARY KEY,
        address TEXT NOT NULL,
        expires_at TIMESTAMPTZ NOT NULL,
        session_expires_at TIMESTAMPTZ NOT NULL
      );
      CREATE INDEX tickets_expires_at ON tickets (expires_at);`,
  },
];

/** @returns 32 characters of base 16, as EIP-4361 wants its nonce (at least 8, alphanumeric) */
export async function issueNonce(
  database: Database,
  nowMs: number,
  lifetimeMs: number,
): Promise<{ nonce: string; expiresAtMs: number }> {
  const nonce = randomBytes(16).toString("hex");
  const expiresAtMs = nowMs + lifetimeMs;
  await database.query(
    `WITH expired AS (DELETE FROM auth.nonces WHERE nonce IN
       (SELECT nonce FROM auth.nonces WHERE expires_at < $3 LIMIT ${SWEEP} FOR UPDATE SKIP LOCKED))
     INSERT INTO auth.nonces (nonce, expires_at) VALUES ($1, $2)`,
    [nonce, new Date(expiresAtMs), new Date(nowMs)],
  );
  return { nonce, expiresAtMs };
}

/** @throws {AuthError} `AUTH_NONCE_INVALID` when it was not given out, was used, or is too old */
export async function spendNonce(database: Database, nonce: string, nowMs: number): Promise<void> {
  if (!NONCE.test(nonce)) throw new AuthError({ code: "AUTH_NONCE_INVALID" });
  const [row] = await database.query<{ expires_at: Date }>(
    "DELETE FROM auth.nonces WHERE nonce = $1 RETURNING expires_at",
    [nonce],
  );
  if (!row || row.expires_at.getTime() <= nowMs)
    throw new AuthError({ code: "AUTH_NONCE_INVALID" });
}

/** @returns 43 characters of base64url. Only its hash is kept: reading the table opens no connection. */
export async function issueTicket(
  database: Database,
  session: Session,
  nowMs: number,
  lifetimeMs: number,
): Promise<{ ticket: string; expiresAtMs: number }> {
  const ticket = randomBytes(32).toString("base64url");
  const expiresAtMs = Math.min(nowMs + lifetimeMs, session.expiresAtMs);
  await database.query(
    `WITH expired AS (DELETE FROM auth.tickets WHERE ticket_hash IN
       (SELECT ticket_hash FROM auth.tickets WHERE expires_at < $5 LIMIT ${SWEEP} FOR UPDATE SKIP LOCKED))
     INSERT INTO auth.tickets (ticket_hash, address, expires_at, session_expires_at)
     VALUES ($1, $2, $3, $4)`,
    [
      hashOf(ticket),
      session.address,
      new Date(expiresAtMs),
      new Date(session.expiresAtMs),
      new Date(nowMs),
    ],
  );
  return { ticket, expiresAtMs };
}

/** @throws {AuthError} `AUTH_TICKET_INVALID` */
export async function redeemTicket(
  database: Database,
  ticket: string,
  nowMs: number,
): Promise<Session> {
  const [row] = await database.query<{
    address: Address;
    expires_at: Date;
    session_expires_at: Date;
  }>(
    "DELETE FROM auth.tickets WHERE ticket_hash = $1 RETURNING address, expires_at, session_expires_at",
    [hashOf(ticket)],
  );
  if (!row || row.expires_at.getTime() <= nowMs)
    throw new AuthError({ code: "AUTH_TICKET_INVALID" });
  return { address: row.address, expiresAtMs: row.session_expires_at.getTime() };
}

const NONCE = /^[0-9a-f]{32}$/;

/** Rows past their time that one insert takes away: more than it adds, so the tables stay small. */
const SWEEP = 4;

function hashOf(ticket: string): Uint8Array {
  return createHash("sha256").update(ticket).digest();
}
