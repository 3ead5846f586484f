import {
  type Database,
  DatabaseError,
  type Lease,
  type Row,
  type Sql,
  type SqlValue,
} from "@ghostchain/database";
import type { SimLocks } from "./sim-locks.ts";
import { type SessionParts, SimSession, summary, unreachable } from "./sim-session.ts";
import type { Slot, Slots } from "./slots.ts";

export interface DatabaseParts extends SessionParts {
  readonly real: Database;
  readonly locks: SimLocks;
  readonly slots: Slots;
  /** A deliberate breakage: commits are answered before they are done, and half of them are not. */
  readonly answersEarly: boolean;
}

/** How long a server holds the transaction of a process that is gone, at most. */
const NOTICE_MS = 80;

/** The real database as one process sees it, over connections that break. */
export class SimDatabase implements Database {
  readonly name = "database";
  readonly kind: Database["kind"];
  readonly #parts: DatabaseParts;

  constructor(parts: DatabaseParts) {
    this.#parts = parts;
    this.kind = parts.real.kind;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  query<R extends Row = Row>(text: string, parameters?: readonly SqlValue[]): Promise<R[]> {
    return this.#alone(text, () =>
      this.#parts.real.query<R>(this.#parts.rewrite(text), parameters),
    );
  }

  copy(
    table: string,
    columns: readonly string[],
    rows: Iterable<readonly SqlValue[]>,
  ): Promise<void> {
    return this.#alone(`COPY ${table}`, () => this.#parts.real.copy(table, columns, rows));
  }

  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const { slots, owner } = this.#parts;
    const transaction = await this.#begin(await slots.take(owner));
    let result: T;
    try {
      result = await work(transaction.session);
    } catch (error) {
      await this.#end(transaction, "rollback");
      throw error;
    }
    await this.#commit(transaction);
    return result;
  }

  lock(name: string, signal: AbortSignal): Promise<Lease> {
    return this.#parts.locks.lock(this.#parts.owner, name, signal);
  }

  /** A statement outside of any transaction. */
  async #alone<T>(text: string, run: () => Promise<T>): Promise<T> {
    const { scheduler, random, faults, flights, owner, slots } = this.#parts;
    const slot = await slots.take(owner);
    return new Promise<T>((resolve, reject) => {
      const ask = async () => {
        if (faults.down || random.chance(faults.broken)) return reject(unreachable());
        const isAnswerLost = random.chance(faults.broken);
        const deliver = (outcome: PromiseSettledResult<T>) => {
          if (isAnswerLost) reject(unreachable());
          else if (outcome.status === "fulfilled") resolve(outcome.value);
          else reject(outcome.reason);
        };
        await flights.run(run, deliver, { inTransaction: false });
      };
      scheduler.at(owner, random.latencyMs(faults.latencyMs), `sql ${summary(text)}`, ask);
    }).finally(() => slot.give());
  }

  #begin(slot: Slot): Promise<Transaction> {
    const { scheduler, random, faults, flights, owner, real } = this.#parts;
    return new Promise((resolve, reject) => {
      scheduler.at(owner, random.latencyMs(1), "begin", async () => {
        if (faults.down || random.chance(faults.broken / 4)) {
          slot.give();
          return reject(unreachable());
        }
        slot.pin();
        const opened = Promise.withResolvers<Sql>();
        const verdict = Promise.withResolvers<"commit" | "rollback">();
        const ended = real.transaction(async (sql) => {
          opened.resolve(sql);
          if ((await verdict.promise) === "rollback") throw ROLLED_BACK;
        });
        ended.catch(() => {});
        const session = new SimSession(this.#parts, await opened.promise);
        const close = flights.open();
        const transaction: Transaction = { slot, close, session, verdict, ended, state: "open" };
        this.#abandonOnKill(transaction);
        resolve(transaction);
      });
    });
  }

  async #commit(transaction: Transaction): Promise<void> {
    const { random, faults, answersEarly } = this.#parts;
    const { session } = transaction;
    if (session.broken) {
      await this.#end(transaction, "rollback");
      throw session.broken;
    }
    if (session.aborted) {
      await this.#end(transaction, "rollback");
      throw new DatabaseError({ code: "DATABASE_TRANSACTION_ABORTED" });
    }
    const isLost = faults.down || random.chance(faults.lostCommit);
    const isDone = !isLost || (!faults.down && random.chance(0.5));
    if (answersEarly) {
      void this.#end(transaction, random.chance(0.5) ? "commit" : "rollback").catch(() => {});
      return;
    }
    await this.#end(transaction, isDone ? "commit" : "rollback");
    if (isLost) throw unreachable();
  }

  /** @throws what the real COMMIT did */
  #end(transaction: Transaction, verdict: "commit" | "rollback"): Promise<void> {
    const { scheduler, random, owner, faults } = this.#parts;
    transaction.state = verdict;
    return new Promise((resolve, reject) => {
      scheduler.at(owner, random.latencyMs(faults.latencyMs), verdict, () =>
        this.#settle(transaction, verdict, (error) => (error ? reject(error) : resolve())),
      );
    });
  }

  async #settle(
    transaction: Transaction,
    verdict: "commit" | "rollback",
    settled: (error?: unknown) => void,
  ): Promise<void> {
    const { scheduler, flights } = this.#parts;
    if (transaction.session.busy) {
      // Nothing can be said on a connection that waits for a lock.
      const again = () => this.#settle(transaction, verdict, settled);
      transaction.session.whenAnswered(() => scheduler.at(undefined, 0, verdict, again));
      return;
    }
    transaction.state = "ended";
    transaction.session.close();
    transaction.verdict.resolve(verdict);
    await flights.run(
      () => transaction.ended,
      (outcome) => {
        transaction.slot.give();
        transaction.close();
        if (outcome.status === "fulfilled" || outcome.reason === ROLLED_BACK) settled();
        else settled(outcome.reason);
      },
      { inTransaction: true },
    );
  }

  /** The server goes on for a while with what a dead process has left. */
  #abandonOnKill(transaction: Transaction): void {
    const { scheduler, random, owner } = this.#parts;
    owner.onKill(() => {
      const { state } = transaction;
      if (state === "ended") return;
      const verdict = state === "commit" && random.chance(0.5) ? "commit" : "rollback";
      const delayMs = random.below(NOTICE_MS);
      scheduler.at(undefined, delayMs, `${verdict} of ${owner.name}, which is dead`, () =>
        this.#settle(transaction, verdict, () => {}),
      );
    });
  }
}

interface Transaction {
  readonly slot: Slot;
  /** Nothing waits for it any more. */
  readonly close: () => void;
  readonly session: SimSession;
  readonly verdict: PromiseWithResolvers<"commit" | "rollback">;
  readonly ended: Promise<void>;
  state: "open" | "commit" | "rollback" | "ended";
}

const ROLLED_BACK = new Error("rolled back");
