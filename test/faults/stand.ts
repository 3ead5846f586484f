import type { Database } from "@ghostchain/database";
import { openTestDatabase } from "@ghostchain/database/testing";

const SCHEMAS = ["ledger", "board", "indexer", "feed"];

/** A database for any number of runs, one after the other. */
export class Stand {
  readonly database: Database;
  readonly #close: () => Promise<void>;

  private constructor(database: Database, close: () => Promise<void>) {
    this.database = database;
    this.#close = close;
  }

  static async open(): Promise<Stand> {
    const { database, close } = await openTestDatabase();
    const [{ name } = { name: "" }] = await database.query<{ name: string }>(
      "SELECT current_database() AS name",
    );
    // Nobody needs what these runs write after a crash, and who waits in a circle is to learn it at once.
    await database.query(`
      ALTER DATABASE "${name}" SET synchronous_commit = off;
      ALTER DATABASE "${name}" SET deadlock_timeout = '2ms';
      ALTER DATABASE "${name}" SET jit = off`);
    await database.stop();
    await database.start(AbortSignal.timeout(60_000));
    return new Stand(database, close);
  }

  async reset(): Promise<void> {
    await this.database.query(
      `SET client_min_messages = warning; DROP SCHEMA IF EXISTS ${SCHEMAS.join(", ")} CASCADE`,
    );
  }

  async close(): Promise<void> {
    await this.#close();
  }
}
