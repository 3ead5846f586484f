import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSilentLogger } from "@ghostchain/service";
import { describe, it } from "vitest";
import type { Database } from "../../src/database.ts";
import { createEmbeddedDatabase } from "../../src/embedded-database.ts";
import { createPgliteDatabase } from "../../src/pglite-database.ts";
import { createServerDatabase } from "../../src/server-database.ts";
import { createTestServerDatabase } from "../../src/testing/test-server.ts";
import { describeDatabase, type Opened } from "./database-contract.ts";

const deps = { logger: createSilentLogger() };

describeDatabase("embedded PostgreSQL", () =>
  inDirectory((dataDir) => createEmbeddedDatabase(deps, { dataDir })),
);

describeDatabase("PGlite", () => inDirectory((dataDir) => createPgliteDatabase(deps, { dataDir })));

const server = await createTestServerDatabase();
if (server)
  describeDatabase("PostgreSQL server", async () => {
    const database = await started(createServerDatabase(deps, { url: server.url }));
    return {
      database,
      async close() {
        await database.stop();
        await server.drop();
      },
    };
  });
else
  describe("PostgreSQL server", () => {
    it.skip("skipped: no server answers; set TEST_DATABASE_URL", () => {});
  });

async function inDirectory(create: (dataDir: string) => Database): Promise<Opened> {
  const dataDir = mkdtempSync(join(tmpdir(), "ghost-db-"));
  const database = await started(create(dataDir));
  return {
    database,
    async close() {
      await database.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function started(database: Database): Promise<Database> {
  await database.start(AbortSignal.timeout(60_000));
  return database;
}
