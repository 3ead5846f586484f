import { CodedError } from "@ghostchain/service";
import { DatabaseError } from "./database-error.ts";

const STATEMENT_SHOWN_CHARS = 300;

/** What `pg` threw, as a coded error. Parameters never appear in it: they may be secrets. */
export function toDatabaseError(error: unknown, where: string, statement: string): Error {
  if (error instanceof CodedError) return error;
  if (!(error instanceof Error)) return new Error(String(error));
  if (isRefusal(error)) {
    if (isConnectionState(error.code)) return unreachable(error, where);
    return statementFailed(error, statement);
  }
  if (error.message.startsWith("timeout exceeded when trying to connect"))
    return new DatabaseError({ code: "DATABASE_BUSY", where, waitedMs: ACQUIRE_TIMEOUT_MS });
  return isConnectionError(error) ? unreachable(error, where) : error;
}

/** How long a statement waits for a free connection. */
export const ACQUIRE_TIMEOUT_MS = 30_000;

export function unreachable(error: unknown, where: string): DatabaseError {
  const reason = reasonOf(error);
  return new DatabaseError(
    { code: "DATABASE_UNREACHABLE", where, reason },
    `the database at ${where} cannot be reached: ${reason}`,
    { cause: error },
  );
}

/** A refused connection to several addresses is an AggregateError without a message. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}

const IN_FAILED_TRANSACTION = "25P02";

/** For a statement that was sent after one that failed; when all of them fail alike, what they failed of. */
export function notRun(before: unknown, text: string): unknown {
  if (!(before instanceof Error && isRefusal(before))) return before;
  const statement = shorten(text);
  return new DatabaseError(
    { code: "DATABASE_STATEMENT_FAILED", sqlState: IN_FAILED_TRANSACTION, statement },
    `not run, because a statement before it failed: ${statement}`,
    { cause: before },
  );
}

/** What PostgreSQL answers, by shape: `pg` and PGlite have a class of their own for it. */
interface Refusal extends Error {
  readonly code: string;
  readonly constraint?: string;
  readonly table?: string;
}

function isRefusal(error: Error): error is Refusal {
  return "severity" in error && "code" in error && typeof error.code === "string";
}

function statementFailed(error: Refusal, text: string): DatabaseError {
  const sqlState = error.code;
  const statement = shorten(text);
  return new DatabaseError(
    {
      code: "DATABASE_STATEMENT_FAILED",
      sqlState,
      ...(error.constraint === undefined ? {} : { constraint: error.constraint }),
      ...(error.table === undefined ? {} : { table: error.table }),
      statement,
    },
    `${error.message} (SQLSTATE ${sqlState}) in: ${statement}`,
    { cause: error },
  );
}

function shorten(text: string): string {
  return text.trim().replace(/\s+/g, " ").slice(0, STATEMENT_SHOWN_CHARS);
}

/** Class 08 is the connection, 57P01 to 57P03 a server that stops, crashed or is not up yet. */
function isConnectionState(sqlState: string): boolean {
  return sqlState.startsWith("08") || /^57P0[123]$/.test(sqlState);
}

function isConnectionError(error: Error): boolean {
  if ("code" in error && typeof error.code === "string" && /^E[A-Z]+$/.test(error.code))
    return true;
  return /Connection terminated|Client has encountered|Client was closed|timeout expired|Cannot use a pool/.test(
    error.message,
  );
}
