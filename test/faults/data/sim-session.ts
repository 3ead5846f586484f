import { DatabaseError, type Row, type Sql, type SqlValue } from "@ghostchain/database";
import type { Random } from "../world/random.ts";
import type { Scheduler } from "../world/scheduler.ts";
import type { SimProcess } from "../world/sim-process.ts";
import type { Faults } from "./faults.ts";
import type { ServerFlights } from "./server-flights.ts";

export interface SessionParts {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: Faults["database"];
  readonly flights: ServerFlights;
  readonly owner: SimProcess;
  /** A deliberate breakage: other SQL than was asked for. */
  readonly rewrite: (text: string) => string;
}

interface Statement {
  readonly text: string;
  run(sql: Sql): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * One transaction's connection. Statements that are given together travel together, as in production; each such
 * batch is one event, and may break anywhere in it.
 */
export class SimSession implements Sql {
  readonly #parts: SessionParts;
  readonly #sql: Sql;
  #gathered: Statement[] = [];
  #out = false;
  #closed = false;
  #whenAnswered: () => void = () => undefined;
  /** Why nothing works on it any more. */
  broken: Error | undefined;
  /** A statement failed: nothing of the transaction can be committed. */
  aborted = false;

  constructor(parts: SessionParts, sql: Sql) {
    this.#parts = parts;
    this.#sql = sql;
  }

  query<R extends Row = Row>(text: string, parameters?: readonly SqlValue[]): Promise<R[]> {
    const asked = this.#parts.rewrite(text);
    return this.#gather<R[]>(text, (sql) => sql.query<R>(asked, parameters));
  }

  copy(
    table: string,
    columns: readonly string[],
    rows: Iterable<readonly SqlValue[]>,
  ): Promise<void> {
    return this.#gather<void>(`COPY ${table}`, (sql) => sql.copy(table, columns, rows));
  }

  /** Whether something that was sent is not answered yet. */
  get busy(): boolean {
    return this.#out;
  }

  whenAnswered(then: () => void): void {
    this.#whenAnswered = then;
  }

  /** Its transaction is over: the connection is another's now. */
  close(): void {
    this.#closed = true;
  }

  #gather<T>(text: string, run: (sql: Sql) => Promise<unknown>): Promise<T> {
    if (this.broken) return Promise.reject(this.broken);
    const { scheduler, random, owner, faults } = this.#parts;
    return new Promise((resolve, reject) => {
      this.#gathered.push({ text, run, resolve: (value) => resolve(value as T), reject });
      if (this.#gathered.length > 1) return;
      const what = `sql ${summary(text)}`;
      scheduler.at(owner, random.latencyMs(faults.latencyMs), what, () => this.#send());
    });
  }

  async #send(): Promise<void> {
    const batch = this.#gathered;
    this.#gathered = [];
    const { scheduler, flights } = this.#parts;
    if (this.#closed) return this.#break(batch);
    const broken = this.#breaksAt(batch.length);
    const refused = broken === undefined ? this.#refusedAt(batch.length) : undefined;
    const good = batch.slice(0, broken ?? refused ?? batch.length);
    const others = batch.slice(good.length);
    scheduler.trace.note(scheduler.nowMs, "database", `${good.length} of ${batch.length}`);
    const run = () => Promise.allSettled(good.map((one) => one.run(this.#sql)));
    this.#out = true;
    const deliver = (outcome: PromiseSettledResult<PromiseSettledResult<unknown>[]>) => {
      this.#out = false;
      if (outcome.status === "fulfilled") this.#answer(good, outcome.value);
      if (broken !== undefined) this.#break(others);
      else if (refused !== undefined) this.#refuse(others);
      this.#whenAnswered();
    };
    await flights.run(run, deliver, { inTransaction: true });
  }

  #answer(batch: readonly Statement[], outcomes: readonly PromiseSettledResult<unknown>[]): void {
    for (const [index, one] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome?.status === "fulfilled") one.resolve(outcome.value);
      else {
        this.aborted = true;
        this.#parts.scheduler.trace.remark(`failed: ${String(outcome?.reason)}`);
        one.reject(outcome?.reason);
      }
    }
  }

  #breaksAt(count: number): number | undefined {
    const { random, faults } = this.#parts;
    return faults.down || random.chance(faults.broken) ? random.below(count) : undefined;
  }

  #refusedAt(count: number): number | undefined {
    const { random, faults } = this.#parts;
    return random.chance(faults.refused) ? random.below(count) : undefined;
  }

  #break(batch: readonly Statement[]): void {
    this.broken = unreachable();
    for (const one of [...batch, ...this.#gathered]) one.reject(this.broken);
    this.#gathered = [];
  }

  #refuse(batch: readonly Statement[]): void {
    this.aborted = true;
    for (const [index, one] of batch.entries())
      one.reject(refusal(index === 0 ? "40001" : "25P02", one.text));
  }
}

export function unreachable(): DatabaseError {
  return new DatabaseError({
    ...{ code: "DATABASE_UNREACHABLE", where: "simulation", reason: "the connection broke" },
  });
}

function refusal(sqlState: string, statement: string): DatabaseError {
  return new DatabaseError({ code: "DATABASE_STATEMENT_FAILED", sqlState, statement });
}

export function summary(text: string): string {
  return text.trim().replace(/\s+/g, " ").slice(0, 40);
}
