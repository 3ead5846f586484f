import { createHash } from "node:crypto";
import { WRITTEN } from "./column-kind.ts";
import { GraphqlError } from "./graphql-error.ts";
import type { Column } from "./introspect.ts";
import { columnOf, type Model } from "./model.ts";

/** One step of an order; the primary key's columns end it, so that no two rows are at one place. */
export interface OrderStep {
  readonly column: Column;
  readonly descending: boolean;
}

/** A place in an order: the values of its steps, as PostgreSQL writes them. */
export type Place = readonly (string | null)[];

const CURSOR_CHARS_MAX = 8_192;

/** What clients asked for, then the primary key; nothing twice. */
export function completeOrder(model: Model, asked: readonly OrderStep[]): OrderStep[] {
  const key = model.table.primaryKey.map((name) => columnOf(model, name));
  const steps: OrderStep[] = [];
  for (const step of [...asked, ...key.map((column) => ({ column, descending: false }))]) {
    if (!steps.some(({ column }) => column === step.column)) steps.push(step);
  }
  return steps;
}

/** Opaque to clients: which order it belongs to, and where in it. */
export function encodeCursor(model: Model, order: readonly OrderStep[], place: Place): string {
  return Buffer.from(JSON.stringify([orderMark(model, order), ...place])).toString("base64url");
}

/** @throws {GraphqlError} `GRAPHQL_CURSOR_INVALID` when it is not ours, or of another table or order */
export function decodeCursor(model: Model, order: readonly OrderStep[], cursor: string): Place {
  if (cursor.length > CURSOR_CHARS_MAX) throw invalid("it is too long");
  const items = parse(cursor);
  if (items === undefined) throw invalid("it was not given by us");
  const [mark, ...place] = items;
  if (mark !== orderMark(model, order))
    throw invalid("it belongs to another list or another orderBy");
  if (place.length !== order.length || !order.every((step, index) => fits(step, place[index])))
    throw invalid("it was changed");
  // only text and null are left
  return place.map((item) => (item === null ? null : String(item)));
}

function fits({ column }: OrderStep, item: unknown): boolean {
  if (item === null) return !column.notNull;
  return typeof item === "string" && WRITTEN[column.kind].test(item);
}

function parse(cursor: string): unknown[] | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(cursor)) return undefined;
  try {
    const items: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return Array.isArray(items) ? items : undefined;
  } catch {
    return undefined;
  }
}

function orderMark({ sqlName }: Model, order: readonly OrderStep[]): string {
  const steps = order.map(({ column, descending }) => [column.name, column.kind, descending]);
  return createHash("sha256")
    .update(JSON.stringify([sqlName, ...steps]))
    .digest("base64url")
    .slice(0, 8);
}

function invalid(reason: string): GraphqlError {
  return new GraphqlError(
    { code: "GRAPHQL_CURSOR_INVALID" },
    `this cursor cannot be gone on from, ${reason}: begin again without after`,
  );
}
