import { type Database, migrate } from "@ghostchain/database";
import type { Clock, Logger } from "@ghostchain/service";
import { DATABASE_MIGRATIONS } from "./database-migrations.ts";
import type { CountAnswer, CountRequest, SharedStore, SlotRequest } from "./shared-store.ts";
import { retryAfterMs } from "./sliding-window.ts";

const PRUNE_MS = 30_000;
/** Keys counted at most, between two prunings a little more: 150 bytes each. */
const ROWS_MAX = 1_000_000;

/** Counts in PostgreSQL, in tables that are not logged: after a crash of the server every budget is whole again. */
export class DatabaseStore implements SharedStore {
  readonly where: string;
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #rowsMax: number;
  #stopping = new AbortController();
  #pruning: Promise<void> | undefined;

  constructor(
    deps: { readonly database: Database; readonly clock: Clock; readonly logger: Logger },
    { rowsMax = ROWS_MAX }: { readonly rowsMax?: number } = {},
  ) {
    this.#database = deps.database;
    this.#clock = deps.clock;
    this.#logger = deps.logger;
    this.#rowsMax = rowsMax;
    this.where = `database, ${deps.database.kind}`;
  }

  async start(): Promise<void> {
    await this.#database.transaction((sql) => migrate(sql, "rate_limit", DATABASE_MIGRATIONS));
    this.#stopping = new AbortController();
    this.#pruning = this.#pruneUntil(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#pruning;
  }

  async count(requests: readonly CountRequest[]): Promise<CountAnswer[]> {
    const rows = await this.#database.query<CountRow>(
      "SELECT * FROM rate_limit.count_requests($1::text[], $2::int[], $3::int[], $4::float8[])",
      [
        requests.map(({ id }) => id),
        requests.map(({ wanted }) => wanted),
        requests.map(({ limit }) => limit),
        requests.map(({ partMs }) => partMs),
      ],
    );
    return requests.map((rule, index) => {
      const row = rows[index];
      if (!row) throw new Error("the database answered fewer requests than it was asked");
      const { used, granted, parts, newest_part, now_ms } = row;
      const waitMs = parts
        ? retryAfterMs({ parts, newestPart: Number(newest_part) }, rule, now_ms)
        : 0;
      return { used, granted, retryAfterMs: waitMs };
    });
  }

  async changeSlots(requests: readonly SlotRequest[]): Promise<boolean[]> {
    const rows = await this.#database.query<{ held: boolean }>(
      "SELECT held FROM rate_limit.change_slots($1::boolean[], $2::text[], $3::text[], $4::int[], $5::float8[])",
      [
        requests.map(({ kind }) => kind === "take"),
        requests.map(({ id }) => id),
        requests.map(({ slot }) => slot),
        requests.map(({ limit }) => limit),
        requests.map(({ ttlMs }) => ttlMs),
      ],
    );
    return rows.map(({ held }) => held);
  }

  /** Takes away what counts no longer; also by itself every half a minute. */
  async prune(): Promise<void> {
    await this.#database.query("SELECT rate_limit.prune($1::int)", [this.#rowsMax]);
  }

  async #pruneUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#clock.sleep(PRUNE_MS, signal);
        await this.prune();
      } catch (error) {
        if (!signal.aborted) this.#logger.warn({ err: error }, "could not prune rate limits");
      }
    }
  }
}

interface CountRow extends Record<string, unknown> {
  readonly used: number;
  readonly granted: number;
  /** Only where something was refused. */
  readonly parts: number[] | null;
  readonly newest_part: bigint;
  readonly now_ms: number;
}
