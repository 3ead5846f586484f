import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseError } from "./database-error.ts";

/** A Unix socket's path ends after 107 bytes on Linux, 103 on macOS; this is what stays for its directory. */
const DIRECTORY_MAX_BYTES = 103 - "/.s.PGSQL.5432.lock".length;

/**
 * Where the sockets of a data directory live: in it, or, when its path is too long for a socket, in a private
 * directory under the system's temporary one whose name every process derives alike.
 */
export function socketDirectory(dataDir: string): string {
  const real = realpathSync(dataDir);
  if (Buffer.byteLength(real) <= DIRECTORY_MAX_BYTES) return real;
  const digest = createHash("sha256").update(real).digest("hex").slice(0, 16);
  const short = join(tmpdir(), `ghost-${digest}`);
  mkdirSync(short, { recursive: true, mode: 0o700 });
  requirePrivate(short, dataDir);
  return short;
}

/** Anyone may write to the temporary directory: what is there must be a directory of ours alone. */
function requirePrivate(path: string, dataDir: string): void {
  const status = lstatSync(path);
  const ours = process.getuid === undefined || status.uid === process.getuid() || isRoot();
  if (status.isDirectory() && ours && (status.mode & 0o077) === 0) return;
  throw new DatabaseError(
    { code: "DATABASE_START_FAILED", dataDir, reason: `${path} belongs to someone else` },
    `${path} is needed for sockets but belongs to someone else: remove it or use a shorter data directory`,
  );
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
