import { setImmediate } from "node:timers/promises";
import type { Database } from "@ghostchain/database";
import { FEED_REVISION } from "@ghostchain/feed";

/** Where the data stands that an answer is read from; undefined while it cannot be known. */
export type ReadVersion = () => Promise<string | undefined>;

type Versions = ReadonlyMap<string | undefined, string>;

/**
 * Asks the database where its data stands. All who ask in one turn of the event loop, and while the answer before is
 * under way, share one statement, which is sent after they asked: what was committed before is in it.
 */
export class DataVersions {
  readonly #database: Pick<Database, "query">;
  /** Of products, beside the indexer's. */
  readonly #statements: string[] = [];
  #running: Promise<unknown> | undefined;
  #next: Promise<Versions | undefined> | undefined;

  constructor(database: Pick<Database, "query">) {
    this.#database = database;
  }

  /** @param statement - a SELECT of one value; without it only what the indexer writes counts */
  of(statement?: string): ReadVersion {
    if (statement !== undefined && !this.#statements.includes(statement)) {
      this.#statements.push(statement);
    }
    return async () => {
      this.#next ??= this.#readNext();
      return (await this.#next)?.get(statement);
    };
  }

  async #readNext(): Promise<Versions | undefined> {
    await (this.#running ?? setImmediate());
    const read = this.#read();
    this.#next = undefined;
    this.#running = read;
    const versions = await read;
    if (this.#running === read) this.#running = undefined;
    return versions;
  }

  /** Of a database that does not answer nothing is known: whoever asked then reads, and says what is wrong. */
  async #read(): Promise<Versions | undefined> {
    const own = this.#statements.map((statement, i) => `(${statement})::text AS own${i}`);
    const columns = [`${FEED_REVISION} AS feed`, ...own].join(", ");
    try {
      const [row] = await this.#database.query<Record<string, string | null>>(
        `SELECT ${columns}`,
        [],
      );
      if (!row?.feed) return undefined;
      const feed = row.feed;
      return new Map([
        [undefined, feed],
        ...this.#statements.map((text, i) => [text, `${feed} ${row[`own${i}`]}`] as const),
      ]);
    } catch {
      return undefined;
    }
  }
}
