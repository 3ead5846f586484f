import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSilentLogger } from "@ghostchain/service";
import { createDatabase } from "../create-database.ts";
import type { Database } from "../database.ts";
import { createServerDatabase } from "../server-database.ts";
import { createTestServerDatabase } from "./test-server.ts";

export interface TestDatabase {
  readonly database: Database;
  /** Stops it and removes what it stored. */
  close(): Promise<void>;
}

/**
 * A started, empty database for a test: on the PostgreSQL server for tests where there is one (50 ms), else
 * the bundled one in a temporary directory (1 s).
 */
export async function openTestDatabase(): Promise<TestDatabase> {
  const deps = { logger: createSilentLogger() };
  const server = process.env.CI ? undefined : await createTestServerDatabase();
  const dataDir = server ? undefined : mkdtempSync(join(tmpdir(), "ghost-db-"));
  const database = server
    ? createServerDatabase(deps, { url: server.url })
    : createDatabase(deps, { dataDir: dataDir ?? "" });
  await database.start(AbortSignal.timeout(60_000));
  return {
    database,
    async close() {
      await database.stop();
      await server?.drop();
      if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
