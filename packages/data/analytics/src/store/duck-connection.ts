import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** A value of a row: whole numbers of 64 bits or more are bigint. */
export type Cell = string | bigint | number | null;

export type DuckModule = typeof import("@duckdb/node-api");

/** 300 ms and 50 MB: loaded by whoever comes to need it. */
export function loadDuck(): Promise<DuckModule> {
  return import("@duckdb/node-api");
}

export interface StoreLimits {
  /** Beyond it what can be goes to disk. */
  readonly memoryMb: number;
  readonly threads: number;
}

/** @param file - undefined: in memory */
export function openInstance(
  duck: DuckModule,
  file: string | undefined,
  { limits, spillDirectory }: { limits: StoreLimits; spillDirectory: string },
): Promise<DuckDBInstance> {
  return duck.DuckDBInstance.create(file ?? ":memory:", {
    memory_limit: `${limits.memoryMb}MB`,
    threads: String(limits.threads),
    temp_directory: spillDirectory,
    max_temp_directory_size: "1GB",
    // nothing is fetched from anywhere
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
}

/** The rows that one statement gives. */
export async function readRows(
  connection: DuckDBConnection,
  sql: string,
  texts: readonly string[] = [],
): Promise<Cell[][]> {
  const reader = await connection.runAndReadAll(sql, [...texts]);
  return reader.getRowsJS().map((row) => row.map(toCell));
}

function toCell(value: unknown): Cell {
  if (value === null || typeof value === "string" || typeof value === "bigint") return value;
  if (typeof value === "number") return value;
  throw new TypeError(`a statement of ours gave a ${typeof value}`);
}
