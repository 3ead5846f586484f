import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createServerDatabase, type Database, reachEmbeddedDatabase } from "@ghostchain/database";
import { createLogger } from "@ghostchain/service";
import { CommandError } from "./command-error.ts";
import { openDataDirectory } from "./data-directory.ts";
import type { Settings } from "./settings/parse-settings.ts";

/**
 * Does `work` with the server, or with the embedded database, which another `ghost` may be running.
 *
 * @param content - `stored` where there must be something already
 * @throws {CommandError} `NOTHING_STORED`
 */
export async function withDatabase(
  settings: Settings,
  { signal, content }: { signal: AbortSignal; content: "stored" | "new" },
  work: (database: Database) => Promise<void>,
): Promise<void> {
  if (content === "stored" && settings.DATABASE_URL === undefined)
    requireStored(settings["--data-dir"]);
  const logger = createLogger({ level: settings["--log-level"] });
  const { DATABASE_URL: url } = settings;
  const dataDir = join(resolve(settings["--data-dir"]), "database");
  const database = url
    ? createServerDatabase({ logger }, { url })
    : await reachEmbeddedDatabase({ logger }, { dataDir });
  // a directory that nobody has is made, and marked, as any other start would
  const directory = url || existsSync(dataDir) ? undefined : take(settings["--data-dir"]);
  try {
    await database.start(signal);
    await work(database);
  } finally {
    await database.stop();
    directory?.release();
  }
}

function take(path: string) {
  return openDataDirectory(path, { content: "kept" });
}

function requireStored(path: string): void {
  const directory = resolve(path);
  if (existsSync(join(directory, "database"))) return;
  throw new CommandError(
    { code: "NOTHING_STORED", directory },
    `${directory} holds no database: name another with --data-dir, or a server with DATABASE_URL`,
  );
}
