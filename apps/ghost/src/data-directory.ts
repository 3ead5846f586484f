import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { lockDirectory } from "@ghostchain/storage";
import { CommandError } from "./command-error.ts";

/** Counts up with every layout that an older `ghost` could not read. */
const VERSION = "ghost 1";
const VERSION_FILE = "VERSION";
/** Made by the lock, before we have looked. */
const LOCK_FILES = /^LOCK/;

export interface DataDirectory {
  readonly path: string;
  readonly chain: string;
  readonly database: string;
  readonly analytics: string;
  readonly authKeys: string;
  readonly boostKeys: string;
  /** Lets another process have it. */
  release(): void;
}

/**
 * Takes `path` for this process alone, making it where it is missing. `fresh` empties it first, but only if it is
 * ours: a mistyped path must not cost someone their files.
 *
 * @throws {CommandError} `DATA_DIRECTORY_FOREIGN`, `_VERSION`, `_UNUSABLE`
 * @throws {StorageError} `STORE_LOCKED` while another process has it
 */
export function openDataDirectory(
  path: string,
  { content }: { content: "kept" | "fresh" },
): DataDirectory {
  const directory = resolve(path);
  requireOurs(directory, { content });
  const release = lockDirectory(directory);
  try {
    if (content === "fresh") empty(directory);
    writeFileSync(join(directory, VERSION_FILE), `${VERSION}\n`, { flush: true });
  } catch (cause) {
    release();
    throw unusable(directory, cause);
  }
  return {
    path: directory,
    chain: join(directory, "chain"),
    database: join(directory, "database"),
    analytics: join(directory, "analytics.duckdb"),
    authKeys: join(directory, "auth-keys.json"),
    boostKeys: join(directory, "boost-signer.key"),
    release,
  };
}

function requireOurs(directory: string, { content }: { content: "kept" | "fresh" }): void {
  const names = list(directory).filter((name) => !LOCK_FILES.test(name));
  if (names.length === 0) return;
  const found = names.includes(VERSION_FILE)
    ? readFileSync(join(directory, VERSION_FILE), "utf8").trim()
    : "";
  if (!found.startsWith("ghost ")) {
    throw new CommandError(
      { code: "DATA_DIRECTORY_FOREIGN", directory, found: names.slice(0, 3).join(", ") },
      `${directory} holds files that are not ghost's (${names.slice(0, 3).join(", ")}, …): ` +
        "choose another --data-dir, or an empty one",
    );
  }
  if (found === VERSION || content === "fresh") return;
  throw new CommandError(
    { code: "DATA_DIRECTORY_VERSION", directory, found, expected: VERSION },
    `${directory} was written by another version ("${found}", this one reads "${VERSION}"): ` +
      "start with --fresh to begin anew, choose another --data-dir, or use the version that wrote it",
  );
}

function list(directory: string): string[] {
  try {
    make(directory);
    return readdirSync(directory);
  } catch (cause) {
    throw unusable(directory, cause);
  }
}

/** With all its parents. Node's own `recursive` never returns where a file system lets nobody make any, as /proc. */
function make(directory: string): void {
  if (existsSync(directory)) return;
  make(dirname(directory));
  mkdirSync(directory);
}

function empty(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (LOCK_FILES.test(name)) continue;
    rmSync(join(directory, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

function unusable(directory: string, cause: unknown): CommandError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CommandError(
    { code: "DATA_DIRECTORY_UNUSABLE", directory },
    `${directory} cannot be used: ${reason}`,
    { cause },
  );
}
