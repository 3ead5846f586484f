import type pg from "pg";
import { copyChunks, copyStatement } from "./copy-rows.ts";
import type { QueryOptions, Row, Sql, SqlValue } from "./database.ts";
import { DatabaseError } from "./database-error.ts";
import { toDatabaseError } from "./pg-errors.ts";
import { type Statement, sendBatch } from "./statement-batch.ts";
import type { StatementNames } from "./statement-names.ts";
import { encodeParameter } from "./values.ts";

/** How one connection to a backend is spoken to. */
export interface Dialect {
  /** For messages; never with a password. */
  readonly where: string;
  /** Statements may be sent before the ones before are answered. */
  readonly pipelines: boolean;
  /** Runs the COPY of `table` with these chunks of its text format. */
  copyIn(
    client: pg.PoolClient,
    table: string,
    columns: readonly string[],
    chunks: Iterable<string>,
  ): Promise<void>;
}

/** Statements on one connection. They are sent as they come, without waiting for the answers before. */
export class PgSession implements Sql {
  readonly #client: pg.PoolClient;
  readonly #names: StatementNames;
  readonly #dialect: Dialect;
  /** Until it settles nothing else may be sent: a COPY that reads its rows. */
  #alone: Promise<void> | undefined;
  #gathered: Statement[] = [];

  constructor(client: pg.PoolClient, names: StatementNames, dialect: Dialect) {
    this.#client = client;
    this.#names = names;
    this.#dialect = dialect;
  }

  async query<R extends Row = Row>(
    text: string,
    parameters?: readonly SqlValue[],
    { prepare = true }: QueryOptions = {},
  ): Promise<R[]> {
    const names = prepare ? this.#names : UNNAMED;
    return lastRows<R>(await this.#run(statement(text, parameters, names)));
  }

  /** Opens a transaction, in one message with what it begins with. */
  async begin(): Promise<void> {
    await this.#run(statement("BEGIN", [], this.#names));
  }

  /**
   * @throws {DatabaseError} `DATABASE_TRANSACTION_ABORTED` when PostgreSQL rolled back instead, which it does
   *   without an error of its own
   */
  async commit(): Promise<void> {
    const result = await this.#run(statement("COMMIT", [], this.#names));
    if (result.command !== "COMMIT")
      throw new DatabaseError({ code: "DATABASE_TRANSACTION_ABORTED" });
  }

  async copy(
    table: string,
    columns: readonly string[],
    rows: Iterable<readonly SqlValue[]>,
  ): Promise<void> {
    const text = copyStatement(table, columns, "STDIN");
    const copy = () => this.#dialect.copyIn(this.#client, table, columns, copyChunks(rows));
    await this.#send(copy, text, { alone: true });
  }

  #run(config: pg.QueryConfig): Promise<pg.QueryResult> {
    const alone = !this.#dialect.pipelines;
    // Several statements in one text go by a protocol that knows no batches.
    const joins = this.#dialect.pipelines && config.values !== undefined;
    const send = () => (joins ? this.#join(config) : this.#sendNow(config));
    return this.#send(send, config.text, { alone });
  }

  #sendNow(config: pg.QueryConfig): Promise<pg.QueryResult> {
    this.#flush();
    return this.#client.query(config);
  }

  /** Waits until this turn of the event loop ends, for others to go with it. */
  #join(config: pg.QueryConfig): Promise<pg.QueryResult> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ config, resolve, reject });
      if (this.#gathered.length === BATCH_MAX) this.#flush();
      else if (this.#gathered.length === 1) process.nextTick(() => this.#flush());
    });
  }

  #flush(): void {
    const statements = this.#gathered;
    this.#gathered = [];
    if (statements.length > 0) sendBatch(this.#client, statements);
  }

  async #send<T>(send: () => Promise<T>, text: string, how: { alone: boolean }): Promise<T> {
    while (this.#alone !== undefined) await this.#alone;
    if (how.alone) this.#flush();
    const answer = send();
    if (how.alone) {
      const settled = answer.then(noop, noop).then(() => {
        this.#alone = undefined;
      });
      this.#alone = settled;
    }
    try {
      return await answer;
    } catch (error) {
      throw toDatabaseError(error, this.#dialect.where, text);
    }
  }
}

/** So many statements are sent before more are gathered: PostgreSQL can begin while we go on. */
const BATCH_MAX = 64;

const UNNAMED: Pick<StatementNames, "of"> = { of: () => undefined };

function statement(
  text: string,
  parameters: readonly SqlValue[] | undefined,
  names: Pick<StatementNames, "of">,
): pg.QueryConfig {
  if (parameters === undefined) return { text };
  const name = names.of(text);
  const values = parameters.map(encodeParameter);
  return name === undefined ? { text, values } : { name, text, values };
}

/** Several statements in one text answer with a list of results. */
function lastRows<R extends Row>(result: pg.QueryResult | pg.QueryResult[]): R[] {
  return (Array.isArray(result) ? result.at(-1)?.rows : result.rows) ?? [];
}

function noop(): void {}
