import { once } from "node:events";
import type { Writable } from "node:stream";
import pg from "pg";
import { copyStatement } from "./copy-rows.ts";
import type { Dialect } from "./pg-session.ts";

/** The part of pg's connection that COPY speaks to; its type declarations leave it out. */
interface CopyConnection {
  readonly stream: Writable;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(reason: string): void;
}

/** COPY FROM STDIN over PostgreSQL's protocol, never faster than the socket takes it. */
export const wireCopy: Dialect["copyIn"] = (client, table, columns, chunks) =>
  new Promise((resolve, reject) => {
    const text = copyStatement(table, columns, "STDIN");
    const query = new CopyQuery({ text }, (error) => {
      query.ended = true;
      const cause = query.failure ?? error;
      if (cause) reject(cause);
      else resolve();
    });
    query.chunks = chunks;
    client.query(query);
  });

class CopyQuery extends pg.Query {
  chunks: Iterable<string> = [];
  /** Why the rows ended early, when it was they that failed. */
  failure: unknown;
  /** PostgreSQL has answered: it takes no more rows. */
  ended = false;

  /** PostgreSQL is ready for rows. */
  handleCopyInResponse(connection: CopyConnection): void {
    void this.#send(connection);
  }

  async #send(connection: CopyConnection): Promise<void> {
    try {
      for (const chunk of this.chunks) {
        if (this.ended) return;
        connection.sendCopyFromChunk(Buffer.from(chunk));
        if (connection.stream.writableNeedDrain) await drained(connection.stream);
      }
      if (!this.ended) connection.endCopyFrom();
    } catch (error) {
      this.failure = error;
      connection.sendCopyFail("the rows ended with an error");
    }
  }
}

/** A socket that closes will not drain; then the query is rejected by the client itself. */
async function drained(stream: Writable): Promise<void> {
  const done = new AbortController();
  try {
    await Promise.race([
      once(stream, "drain", { signal: done.signal }),
      once(stream, "close", { signal: done.signal }),
    ]);
  } finally {
    done.abort();
  }
}
