import { z } from "zod";

/** The first line of a backup. Then schemas, then tables, each followed by its rows, a JSON object a line. */
export const headLine = z.object({
  format: z.literal("ghost-backup"),
  version: z.literal(1),
  createdAt: z.iso.datetime(),
});

/** A schema, as the migrations that made it. */
export const schemaLine = z.object({
  schema: z.string(),
  migrations: z.array(z.object({ id: z.string(), sql: z.string() })),
});

/** A table, and how many lines with rows follow. */
export const tableLine = z.object({
  table: z.string(),
  schemaOf: z.string(),
  columns: z.array(z.string()).min(1),
  /** Columns that count up, and the last number they gave. */
  counters: z.array(z.object({ column: z.string(), last: z.string().regex(/^\d+$/) })),
  rowCount: z.int().min(0),
});

/** The last line: without it a backup was cut short. */
export const endLine = z.object({ end: z.literal(true), tables: z.int(), rows: z.int() });

export type SchemaLine = z.output<typeof schemaLine>;
export type TableLine = z.output<typeof tableLine>;
