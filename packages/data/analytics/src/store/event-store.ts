import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { AnalyticsError } from "../analytics-error.ts";
import type { CountedEvent } from "../count-events.ts";
import { type DuckModule, openInstance, readRows, type StoreLimits } from "./duck-connection.ts";
import { ReadQueue } from "./read-queue.ts";
import { appendEvents, CREATE_TABLES, SCHEMA_VERSION } from "./store-tables.ts";

/** What a store holds: everything up to one row of one epoch, counted in one way. */
export interface StoreState {
  readonly epoch: string;
  readonly sequenceId: number;
  /** Of the row at `sequenceId`. */
  readonly mark: string;
  /** Of what is counted. */
  readonly fingerprint: string;
  /** Of the last rebuild that was asked for. */
  readonly generation: number;
}

export interface StoreBatch {
  readonly events: readonly CountedEvent[];
  /** Ids of events before these that a reorg took back. */
  readonly retracted: readonly number[];
  readonly state: StoreState;
}

export interface StoreSettings {
  /** Undefined: in memory. */
  readonly file: string | undefined;
  readonly limits: StoreLimits;
  readonly queryTimeoutMs: number;
}

/** So many ids in one statement. */
const IDS_MAX = 5_000;

/** Counted events in DuckDB, and how far they go, changed together or not at all. One process has the file. */
export class EventStore {
  readonly reads: ReadQueue;
  readonly #duck: DuckModule;
  readonly #instance: DuckDBInstance;
  readonly #writer: DuckDBConnection;
  #state: StoreState;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    parts: { duck: DuckModule; instance: DuckDBInstance; writer: DuckDBConnection },
    reads: ReadQueue,
    state: StoreState,
  ) {
    this.#duck = parts.duck;
    this.#instance = parts.instance;
    this.#writer = parts.writer;
    this.reads = reads;
    this.#state = state;
  }

  /**
   * Opens the file, and makes it where it is missing.
   *
   * @throws {AnalyticsError} `ANALYTICS_FILE_LOCKED` while another process has it; else the library's own error for a file
   * that it cannot read
   */
  static async open(duck: DuckModule, settings: StoreSettings): Promise<EventStore> {
    const { file, limits } = settings;
    const spillDirectory = spillOf(file);
    const instance = await openInstance(duck, file, { limits, spillDirectory }).catch(
      (error: unknown) => {
        throw lockedOr(error, file);
      },
    );
    try {
      const writer = await instance.connect();
      const state = await readState(writer);
      const reads = new ReadQueue(await instance.connect(), settings.queryTimeoutMs);
      return new EventStore({ duck, instance, writer }, reads, state);
    } catch (error) {
      instance.closeSync();
      throw error;
    }
  }

  static remove(file: string | undefined): void {
    if (file === undefined) return;
    for (const path of [file, `${file}.wal`, spillOf(file)])
      rmSync(path, { recursive: true, force: true });
  }

  get state(): StoreState {
    return this.#state;
  }

  async write({ events, retracted, state }: StoreBatch): Promise<void> {
    await this.#change(state, async (writer) => {
      for (let from = 0; from < retracted.length; from += IDS_MAX) {
        const ids = retracted.slice(from, from + IDS_MAX).join(",");
        await writer.run(`DELETE FROM event WHERE sequence_id IN (${ids})`);
        await writer.run(`DELETE FROM amount WHERE sequence_id IN (${ids})`);
      }
      await appendEvents(this.#duck, writer, events);
    });
  }

  /** Forgets everything, to begin anew. */
  async clear(state: StoreState): Promise<void> {
    await this.#change(state, async (writer) => {
      await writer.run("DELETE FROM event; DELETE FROM amount");
    });
  }

  async close(): Promise<void> {
    this.#writer.interrupt();
    await this.reads.close();
    await this.#writing;
    this.#writer.closeSync();
    this.#instance.closeSync();
  }

  #change(state: StoreState, work: (writer: DuckDBConnection) => Promise<void>): Promise<void> {
    const changed = this.#commit(state, work);
    this.#writing = changed.catch(() => {});
    return changed;
  }

  async #commit(
    state: StoreState,
    work: (writer: DuckDBConnection) => Promise<void>,
  ): Promise<void> {
    const writer = this.#writer;
    await writer.run("BEGIN");
    try {
      await work(writer);
      await writer.run(
        `UPDATE state SET fingerprint = $1, generation = ${state.generation}, epoch = $2,
         sequence_id = ${state.sequenceId}, mark = $3`,
        [state.fingerprint, state.epoch, state.mark],
      );
      await writer.run("COMMIT");
    } catch (error) {
      // what broke it may have ended it
      await writer.run("ROLLBACK").catch(() => {});
      throw error;
    }
    this.#state = state;
  }
}

function spillOf(file: string | undefined): string {
  return file === undefined ? join(tmpdir(), `ghost-analytics-${process.pid}`) : `${file}.tmp`;
}

/** @throws for a file that another version wrote, as for one that cannot be read */
async function readState(writer: DuckDBConnection): Promise<StoreState> {
  const tables = await readRows(writer, "SELECT table_name FROM duckdb_tables()");
  if (tables.length === 0) await writer.run(`BEGIN; ${CREATE_TABLES} COMMIT`);
  const [row = []] = await readRows(
    writer,
    "SELECT version, epoch, sequence_id, mark, fingerprint, generation FROM state",
  );
  const [version, epoch, sequenceId, mark, fingerprint, generation] = row;
  if (version !== SCHEMA_VERSION) throw new Error(`its tables are of version ${version}`);
  return {
    ...{ epoch: String(epoch), sequenceId: Number(sequenceId), mark: String(mark) },
    ...{ fingerprint: String(fingerprint), generation: Number(generation) },
  };
}

function lockedOr(error: unknown, file: string | undefined): unknown {
  const text = error instanceof Error ? error.message : "";
  if (file === undefined || !/could not set lock|already attached|being used/i.test(text))
    return error;
  return new AnalyticsError(
    { code: "ANALYTICS_FILE_LOCKED", file },
    `${file} is in use by another process: give each its own file`,
    { cause: error },
  );
}
