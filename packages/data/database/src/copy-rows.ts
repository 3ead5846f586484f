import type { SqlValue } from "./database.ts";
import { encodeCopyValue } from "./values.ts";

/** The statement that takes what `copyChunks` yields. */
export function copyStatement(table: string, columns: readonly string[], source: string): string {
  const names = columns.map(quoteIdentifier).join(", ");
  return `COPY ${quotePath(table)} (${names}) FROM ${source}`;
}

const CHUNK_CHARS = 64 * 1024;

/** Rows in COPY's text format, in pieces of about 64 KiB, so that a large load is never in memory whole. */
export function* copyChunks(rows: Iterable<readonly SqlValue[]>): Generator<string> {
  let chunk = "";
  for (const row of rows) {
    let separator = "";
    for (const value of row) {
      chunk += separator + encodeCopyValue(value);
      separator = "\t";
    }
    chunk += "\n";
    if (chunk.length >= CHUNK_CHARS) {
      yield chunk;
      chunk = "";
    }
  }
  if (chunk !== "") yield chunk;
}

/** `schema.table`, each part quoted. */
function quotePath(path: string): string {
  return path.split(".").map(quoteIdentifier).join(".");
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
