import { CodedError } from "@ghostchain/service";

export type DatabaseFault =
  /** The server cannot be reached, refuses us, or went away. `where` never holds a password. */
  | { code: "DATABASE_UNREACHABLE"; where: string; reason: string }
  | { code: "DATABASE_URL_MALFORMED"; reason: string }
  /** Another process has this data directory open. */
  | { code: "DATABASE_LOCKED"; dataDir: string }
  | { code: "DATABASE_VERSION_MISMATCH"; dataDir: string; found: string; expected: string }
  /** The server is too old. `found` as PostgreSQL counts: 140005 is 14.5. */
  | { code: "DATABASE_VERSION_UNSUPPORTED"; where: string; found: number }
  /** No PostgreSQL binary for this platform was installed. */
  | { code: "DATABASE_BINARY_MISSING"; platform: string }
  | { code: "DATABASE_START_FAILED"; dataDir: string; reason: string }
  | { code: "DATABASE_NOT_STARTED"; name: string }
  /** Every connection stayed busy for as long as a caller waits. */
  | { code: "DATABASE_BUSY"; where: string; waitedMs: number }
  /** PostgreSQL refused a statement; `sqlState` says why (appendix A of its manual). */
  | {
      code: "DATABASE_STATEMENT_FAILED";
      sqlState: string;
      constraint?: string;
      table?: string;
      statement: string;
    }
  /** A statement of the transaction had failed and its error was caught: nothing was committed. */
  | { code: "DATABASE_TRANSACTION_ABORTED" }
  | { code: "DATABASE_VALUE_UNSUPPORTED"; type: string }
  /** A migration that already ran has another text now. */
  | { code: "DATABASE_MIGRATION_EDITED"; schema: string; id: string }
  /** The database has a migration this program does not know: it was written by a newer one. */
  | { code: "DATABASE_MIGRATION_UNKNOWN"; schema: string; id: string }
  | { code: "DATABASE_MIGRATION_FAILED"; schema: string; id: string; reason: string }
  | { code: "DATABASE_MIGRATION_ORDER"; schema: string; id: string }
  /** A backup is restored into a database that holds nothing. */
  | { code: "DATABASE_NOT_EMPTY"; schemas: string[] }
  | { code: "DATABASE_BACKUP_INVALID"; line: number; reason: string }
  | { code: "DATABASE_BACKUP_UNSUPPORTED"; schema: string; migration: string };

export class DatabaseError extends CodedError<DatabaseFault> {}

/** SQLSTATE of a statement PostgreSQL refused, or undefined for any other error. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof DatabaseError && error.fault.code === "DATABASE_STATEMENT_FAILED"
    ? error.fault.sqlState
    : undefined;
}
