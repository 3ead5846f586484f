import pg from "pg";
import { notRun } from "./pg-errors.ts";
import { resultTypes } from "./values.ts";

/** One statement and who waits for its answer. */
export interface Statement {
  readonly config: pg.QueryConfig;
  resolve(result: pg.QueryResult): void;
  reject(error: unknown): void;
}

/**
 * Statements that go out as one message and are answered as one: PostgreSQL stops to answer at every Sync, which costs
 * four times what a short statement itself does, and here is one Sync for all of them. They must belong together:
 * when one fails, those after it are not run.
 */
export function sendBatch(client: pg.PoolClient, statements: readonly Statement[]): void {
  client.query(new BatchQuery(statements));
}

/** What `pg`'s queries have and its type declarations leave out: the messages of the protocol. */
interface WireQuery {
  readonly name?: string;
  readonly text: string;
  _result: { _types: unknown };
  prepare(connection: WireConnection): void;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: WireConnection): void;
  handleReadyForQuery(connection: WireConnection): void;
}

interface WireConnection {
  readonly stream: { cork(): void; uncork(): void };
  /** What is prepared on this connection, and what is on its way there, by name. */
  readonly parsedStatements: Record<string, string | undefined>;
  readonly submittedNamedStatements: Record<string, string | undefined>;
  sync(): void;
}

class BatchQuery extends pg.Query {
  readonly #statements: readonly Statement[];
  readonly #queries: readonly WireQuery[];
  /** The statement whose answer comes now. */
  #current = 0;

  constructor(statements: readonly Statement[]) {
    super({ text: "" });
    this.#statements = statements;
    this.#queries = statements.map(({ config, resolve, reject }) => {
      const query = new pg.Query(config, undefined, (error, result) => {
        if (error) reject(error);
        else resolve(result as unknown as pg.QueryResult);
      }) as unknown as WireQuery;
      query._result._types = resultTypes;
      return query;
    });
  }

  /** The name and text under which `pg` remembers what was prepared. */
  get name(): string | undefined {
    return this.#queries?.[this.#current]?.name;
  }
  set name(_: string | undefined) {}
  get text(): string {
    return this.#queries?.[this.#current]?.text ?? "";
  }
  set text(_: string) {}

  override submit = (connection: unknown): void => {
    const wire = connection as WireConnection;
    // The same connection, but for the Sync that each would end with.
    const together: WireConnection = Object.create(wire, { sync: { value: () => {} } });
    wire.stream.cork();
    for (const query of this.#queries) query.prepare(together);
    wire.sync();
    wire.stream.uncork();
  };

  handleRowDescription(message: unknown): void {
    this.#queries[this.#current]?.handleRowDescription(message);
  }

  handleDataRow(message: unknown): void {
    this.#queries[this.#current]?.handleDataRow(message);
  }

  handleCommandComplete(message: unknown, connection: WireConnection): void {
    this.#queries[this.#current]?.handleCommandComplete(message, connection);
    this.#current += 1;
  }

  handleEmptyQuery(): void {
    this.#current += 1;
  }

  handleReadyForQuery(connection: WireConnection): void {
    for (const query of this.#queries) query.handleReadyForQuery(connection);
  }

  /** Those before the one that failed have worked; if all have, it was the commit at the end that did not. */
  handleError(error: unknown, connection: WireConnection): void {
    const failed = this.#current === this.#queries.length ? 0 : this.#current;
    for (const query of this.#queries.slice(0, failed)) query.handleReadyForQuery(connection);
    for (const [index, { config, reject }] of this.#statements.slice(failed).entries()) {
      // Was not prepared after all; what was before stays known by the other list.
      if (config.name !== undefined) delete connection.submittedNamedStatements[config.name];
      reject(index === 0 ? error : notRun(error, config.text));
    }
  }
}
