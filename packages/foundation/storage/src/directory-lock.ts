import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StorageError, unavailableError } from "./storage-error.ts";

/** SQLite's result code for a lock held by another. */
const SQLITE_BUSY = 5;

/**
 * Takes a directory for this opening alone, creating it where it is missing; the result gives it back.
 *
 * The lock is SQLite's on an empty file, because that is the one lock in Node that the operating system
 * itself holds: it ends with the process however the process ends, so no lock is ever stale and no process
 * id, which repeats among containers, is compared. It also holds between two openings in one process.
 *
 * @throws {StorageError} `STORE_LOCKED`, `STORE_UNAVAILABLE`
 */
export function lockDirectory(directory: string): () => void {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(directory, { recursive: true });
    lock = new DatabaseSync(join(directory, "LOCK"), { timeout: 0 });
    lock.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
  } catch (cause) {
    if (lock?.isOpen) lock.close();
    throw isBusy(cause) ? lockedError(directory) : unavailableError(directory, cause);
  }
  const held = lock;
  return () => held.close();
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}

function lockedError(directory: string): StorageError {
  return new StorageError(
    { code: "STORE_LOCKED", directory },
    `STORE_LOCKED: ${directory} is in use by another process: stop that one, or choose another directory`,
  );
}
