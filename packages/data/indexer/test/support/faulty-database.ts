import type { Database, Lease, Row, Sql, SqlValue } from "@ghostchain/database";
import type { Random } from "./random.ts";

/**
 * A database whose process dies: after a number of operations, anywhere, also between a commit and its answer, every
 * call fails. What was committed stays, as after `kill -9`.
 */
export class FaultyDatabase implements Database {
  readonly name = "faulty-database";
  readonly kind: Database["kind"];
  readonly #real: Database;
  readonly #leases: Lease[] = [];
  #operationsLeft = Number.POSITIVE_INFINITY;
  readonly #random: Random;
  /** How often the connection breaks after a commit, before its answer: nobody knows then what became of it. */
  lostAnswers = 0;

  constructor(real: Database, random: Random) {
    this.#real = real;
    this.#random = random;
    this.kind = real.kind;
  }

  get isDead(): boolean {
    return this.#operationsLeft < 0;
  }

  /** Dies at the operation after so many. */
  dieAfter(operations: number): void {
    this.#operationsLeft = operations;
  }

  /** Sessions end with their process, and their locks with them. */
  async bury(): Promise<void> {
    this.#operationsLeft = -1;
    await Promise.all(this.#leases.map((lease) => lease.release()));
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  async query<R extends Row = Row>(text: string, parameters?: readonly SqlValue[]): Promise<R[]> {
    this.#tick();
    return this.#real.query<R>(text, parameters);
  }

  async copy(
    table: string,
    columns: readonly string[],
    rows: Iterable<readonly SqlValue[]>,
  ): Promise<void> {
    this.#tick();
    await this.#real.copy(table, columns, rows);
  }

  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    this.#tick();
    const result = await this.#real.transaction((sql) =>
      work({
        query: async <R extends Row>(text: string, parameters?: readonly SqlValue[]) => {
          this.#tick();
          return sql.query<R>(text, parameters);
        },
        copy: async (table, columns, rows) => {
          this.#tick();
          await sql.copy(table, columns, rows);
        },
      }),
    );
    this.#tick();
    if (this.#random.chance(this.lostAnswers)) throw new Error("the connection broke");
    return result;
  }

  async lock(name: string, signal: AbortSignal): Promise<Lease> {
    this.#tick();
    const lease = await this.#real.lock(name, signal);
    this.#leases.push(lease);
    return lease;
  }

  #tick(): void {
    this.#operationsLeft -= 1;
    if (this.#operationsLeft < 0) throw new Error("this process was killed");
  }
}
