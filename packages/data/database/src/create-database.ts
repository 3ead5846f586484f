import type { Database } from "./database.ts";
import { locateBinaries } from "./embedded/binaries.ts";
import { createEmbeddedDatabase } from "./embedded-database.ts";
import type { DatabaseDeps } from "./pg-database.ts";
import { createPgliteDatabase } from "./pglite-database.ts";
import { createServerDatabase } from "./server-database.ts";

export interface DatabaseSettings {
  /** `postgres://…`: a server; absent: one of our own below `dataDir` */
  readonly url?: string | undefined;
  readonly dataDir: string;
}

/** A server where there is a URL, else the bundled PostgreSQL, else, where that has no binary, PGlite. */
export function createDatabase(deps: DatabaseDeps, settings: DatabaseSettings): Database {
  const { url, dataDir } = settings;
  if (url !== undefined) return createServerDatabase(deps, { url });
  return locateBinaries() === undefined
    ? createPgliteDatabase(deps, { dataDir })
    : createEmbeddedDatabase(deps, { dataDir });
}
