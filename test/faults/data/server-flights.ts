import type { Database } from "@ghostchain/database";

/** Something on its way to the real database. */
interface Flight {
  readonly settled: Promise<void>;
  /** Set once it has come back. */
  deliver: (() => void) | undefined;
}

/** Long enough for a deadlock to be found, which the server looks for after 2 ms. */
const LOOK_AFTER_MS = 12;

/**
 * The real database, asked one thing at a time. What waits there for a lock is left waiting, so that others can
 * go on and free it; everything else is waited for. So the order of events does not depend on how fast the disk is.
 */
export class ServerFlights {
  readonly #real: Database;
  #waiting: Flight[] = [];
  /** Transactions that may hold what others wait for. */
  #open = 0;

  constructor(real: Database) {
    this.#real = real;
  }

  /** How much waits for a lock just now. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** A transaction has begun. @returns what ends it */
  open(): () => void {
    this.#open += 1;
    return () => {
      this.#open -= 1;
    };
  }

  /** Resolves when `operation` is done, or waits for a lock; `deliver` gets the outcome, perhaps later. */
  async run<T>(
    operation: () => Promise<T>,
    deliver: (outcome: PromiseSettledResult<T>) => void,
    how: { readonly inTransaction: boolean },
  ): Promise<void> {
    const flight: Flight = {
      settled: operation().then(
        (value) => {
          flight.deliver = () => deliver({ status: "fulfilled", value });
        },
        (reason: unknown) => {
          flight.deliver = () => deliver({ status: "rejected", reason });
        },
      ),
      deliver: undefined,
    };
    const flights = [...this.#waiting, flight];
    // Where nobody else has anything there is nothing to wait for.
    if (this.#open <= (how.inTransaction ? 1 : 0)) await flight.settled;
    if (this.#waiting.length === 0) await Promise.race([flight.settled, pause(LOOK_AFTER_MS)]);
    while (flights.some(isOut)) {
      await Promise.race([...flights.filter(isOut).map(({ settled }) => settled), pause(4)]);
      const out = flights.filter(isOut).length;
      if (out > 0 && (await this.#countBlocked()) >= out && (await this.#stillBlocked(out))) break;
    }
    this.#waiting = flights.filter(isOut);
    for (const { deliver: arrive } of flights) arrive?.();
  }

  async #stillBlocked(out: number): Promise<boolean> {
    await pause(LOOK_AFTER_MS);
    return (await this.#countBlocked()) >= out;
  }

  /** Waiting for a transaction of this simulation, and not for the server's own housekeeping. */
  async #countBlocked(): Promise<number> {
    const [row] = await this.#real.query<{ count: bigint }>(BLOCKED, []);
    return Number(row?.count ?? 0);
  }
}

const BLOCKED = `
  SELECT count(*) AS count FROM pg_stat_activity a
  WHERE a.datname = current_database() AND a.wait_event_type = 'Lock'
    AND cardinality(pg_blocking_pids(a.pid)) > 0 AND NOT EXISTS (
    SELECT FROM unnest(pg_blocking_pids(a.pid)) AS by (pid)
    JOIN pg_stat_activity b ON b.pid = by.pid WHERE b.backend_type <> 'client backend')`;

function isOut(flight: Flight): boolean {
  return flight.deliver === undefined;
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
