import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { DatabaseError } from "../database-error.ts";
import { type Binaries, BUNDLED_MAJOR } from "./binaries.ts";
import type { RunAs } from "./run-as.ts";

const run = promisify(execFile);

/** Environment of PostgreSQL's programs: nothing of ours, and no locale but the plain one. */
export const BARE_ENV = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
export const SUPERUSER = "ghost";

/**
 * The PostgreSQL cluster of a data directory, made on first use: whole or not at all, so that a kill in the
 * middle leaves nothing half made.
 *
 * @throws {DatabaseError} `DATABASE_VERSION_MISMATCH` when another major version made it
 */
export async function ensureCluster(
  dataDir: string,
  binaries: Binaries,
  as: RunAs,
  signal: AbortSignal,
): Promise<string> {
  const cluster = join(dataDir, "cluster");
  const versionFile = join(cluster, "PG_VERSION");
  if (existsSync(versionFile)) {
    requireVersion(dataDir, readFileSync(versionFile, "utf8").trim());
    return cluster;
  }
  const fresh = join(dataDir, "cluster.new");
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  if (as.owner) for (const path of [dataDir, fresh]) chownSync(path, as.owner.uid, as.owner.gid);
  const [file, args] = as.command(binaries.initdb, [
    ...["-D", fresh, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"],
    ...["--no-locale", "--no-instructions"],
  ]);
  try {
    await run(file, args, { ...as.owner, cwd: dataDir, env: BARE_ENV, signal });
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseError({ code: "DATABASE_START_FAILED", dataDir, reason });
  }
  renameSync(fresh, cluster);
  return cluster;
}

function requireVersion(dataDir: string, found: string): void {
  if (found === BUNDLED_MAJOR) return;
  throw new DatabaseError(
    { code: "DATABASE_VERSION_MISMATCH", dataDir, found, expected: BUNDLED_MAJOR },
    `${dataDir} was made by PostgreSQL ${found}, this program brings ${BUNDLED_MAJOR}: start with a fresh ` +
      "data directory, or move the data with pg_dump",
  );
}
