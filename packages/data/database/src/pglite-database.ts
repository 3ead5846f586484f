import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { copyStatement } from "./copy-rows.ts";
import type { Database } from "./database.ts";
import { holdDirectory } from "./directory-holder.ts";
import { LocalLocks } from "./local-locks.ts";
import { type Backend, type DatabaseDeps, PgDatabase } from "./pg-database.ts";

export interface PgliteSettings {
  /** Absent: in memory, gone at stop. */
  readonly dataDir?: string;
}

/**
 * PostgreSQL compiled to WebAssembly, inside this process: for platforms that have no binary, and for tests.
 * It has a single connection, so statements wait for one another.
 */
export function createPgliteDatabase(deps: DatabaseDeps, settings: PgliteSettings = {}): Database {
  const { dataDir } = settings;
  const backend: Backend = {
    kind: "pglite",
    where: dataDir ?? "memory",
    async open() {
      if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      const holder = dataDir === undefined ? undefined : await holdDirectory(dataDir);
      try {
        return await openPglite(dataDir, async () => holder?.release());
      } catch (error) {
        await holder?.release();
        throw error;
      }
    },
  };
  return new PgDatabase(backend, deps);
}

/** Loaded when first used: it costs a quarter of a second and half a gigabyte of address space. */
async function openPglite(dataDir: string | undefined, onClosed: () => Promise<void>) {
  const [{ PGlite }, { createPgConfig }] = await Promise.all([
    import("@electric-sql/pglite"),
    import("@electric-sql/pglite/node-postgres"),
  ]);
  const lite =
    dataDir === undefined ? await PGlite.create() : await PGlite.create(join(dataDir, "pglite"));
  const locks = new LocalLocks();
  return {
    pool: { ...createPgConfig(lite), max: 1, idleTimeoutMillis: 0 },
    pipelines: false,
    // The only client of the only session is ours now, so this runs inside its transaction.
    copyIn: async (
      _: unknown,
      table: string,
      columns: readonly string[],
      rows: Iterable<string>,
    ) => {
      const blob = new Blob([...rows]);
      await lite.query(copyStatement(table, columns, "'/dev/blob'"), [], { blob });
    },
    lock: (name: string, signal: AbortSignal) => locks.lock(name, signal),
    close: async () => {
      await lite.close();
      await onClosed();
    },
  };
}
