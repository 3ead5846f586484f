import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase, type Database } from "@ghostchain/database";
import { createSilentLogger } from "@ghostchain/service";

const SCHEMAS = ["ledger", "board", "indexer", "feed"];

/** A database for any number of runs, one after the other. */
export class Stand {
  readonly database: Database;
  readonly #dataDir: string;

  private constructor(database: Database, dataDir: string) {
    this.database = database;
    this.#dataDir = dataDir;
  }

  /** On a PostgreSQL of its own: the kills of a run are simulated, so nobody needs what it writes to be on disk. */
  static async open(): Promise<Stand> {
    const dataDir = mkdtempSync(join(tmpdir(), "ghost-faults-"));
    const database = createDatabase({ logger: createSilentLogger() }, { dataDir });
    await database.start(AbortSignal.timeout(60_000));
    // Who waits in a circle is to learn it at once.
    const settings = { fsync: "off", synchronous_commit: "off", deadlock_timeout: "2ms" };
    for (const [name, value] of Object.entries(settings))
      await database.query(`ALTER SYSTEM SET ${name} = '${value}'`);
    await database.query("SELECT pg_reload_conf()");
    await database.stop();
    await database.start(AbortSignal.timeout(60_000));
    return new Stand(database, dataDir);
  }

  async reset(): Promise<void> {
    await this.database.query(
      `SET client_min_messages = warning; DROP SCHEMA IF EXISTS ${SCHEMAS.join(", ")} CASCADE`,
    );
  }

  async close(): Promise<void> {
    await this.database.stop();
    rmSync(this.#dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}
