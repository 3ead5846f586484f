import type { DuckDBConnection } from "@duckdb/node-api";
import type { CountedEvent } from "../count-events.ts";
import { toLimbs } from "./amount-limbs.ts";
import type { DuckModule } from "./duck-connection.ts";

/** Another number makes an older file be built anew. */
export const SCHEMA_VERSION = 1;

/**
 * An amount is four words of 64 bits: a sum of words is exact far beyond what a table can hold, where one column of 128
 * bits would not even take one amount of 2^128.
 */
export const CREATE_TABLES = `
  CREATE TABLE event (
    sequence_id BIGINT NOT NULL, chain VARCHAR NOT NULL, block_number BIGINT NOT NULL, at_ms BIGINT NOT NULL,
    type VARCHAR NOT NULL, actor VARCHAR, level VARCHAR);
  CREATE TABLE amount (
    sequence_id BIGINT NOT NULL, at_ms BIGINT NOT NULL, level VARCHAR, name VARCHAR NOT NULL,
    word0 UBIGINT NOT NULL, word1 UBIGINT NOT NULL, word2 UBIGINT NOT NULL, word3 UBIGINT NOT NULL);
  CREATE TABLE state (
    version INTEGER NOT NULL, fingerprint VARCHAR NOT NULL, generation BIGINT NOT NULL,
    epoch VARCHAR NOT NULL, sequence_id BIGINT NOT NULL, mark VARCHAR NOT NULL);
  INSERT INTO state VALUES (${SCHEMA_VERSION}, '', 0, '', 0, '');`;

/** What the library takes at once. */
const CHUNK_ROWS = 2_048;

/** Adds events and their amounts, as part of the connection's transaction. */
export async function appendEvents(
  duck: DuckModule,
  connection: DuckDBConnection,
  events: readonly CountedEvent[],
): Promise<void> {
  const { BIGINT, UBIGINT, VARCHAR } = duck;
  await append(duck, connection, {
    table: "event",
    types: [BIGINT, VARCHAR, BIGINT, BIGINT, VARCHAR, VARCHAR, VARCHAR],
    rows: events.map((one) => [
      ...[BigInt(one.sequenceId), one.chain, one.blockNumber, BigInt(one.atMs)],
      ...[one.type, one.actor, one.level],
    ]),
  });
  await append(duck, connection, {
    table: "amount",
    types: [BIGINT, BIGINT, VARCHAR, VARCHAR, UBIGINT, UBIGINT, UBIGINT, UBIGINT],
    rows: events.flatMap((one) =>
      one.amounts.map(({ sum, amount }) => [
        ...[BigInt(one.sequenceId), BigInt(one.atMs), one.level, sum],
        ...toLimbs(amount),
      ]),
    ),
  });
}

interface Appended {
  readonly table: string;
  readonly types: readonly (DuckModule["BIGINT"] | DuckModule["UBIGINT"] | DuckModule["VARCHAR"])[];
  readonly rows: readonly (readonly (string | bigint | null)[])[];
}

async function append(
  duck: DuckModule,
  connection: DuckDBConnection,
  { table, types, rows }: Appended,
): Promise<void> {
  if (rows.length === 0) return;
  const appender = await connection.createAppender(table);
  for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
    const part = rows.slice(from, from + CHUNK_ROWS);
    const chunk = duck.DuckDBDataChunk.create(types, part.length);
    chunk.setColumns(types.map((_, column) => part.map((row) => row[column] ?? null)));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
