import type { OrderStep, Place } from "./cursor.ts";
import { inTable, type Statement } from "./statement.ts";

/** PostgreSQL's own: null is greater than everything, so that indexes as they are made by default serve. */
export function orderSql(order: readonly OrderStep[]): string {
  return order
    .map(({ column, descending }) => inTable(column) + (descending ? " DESC" : ""))
    .join(", ");
}

/** What comes after a place. */
export function afterSql(order: readonly OrderStep[], place: Place, statement: Statement): string {
  const [first] = order;
  const beyond = lexicographic(order, place, 0, statement);
  if (first === undefined || !first.column.notNull || place[0] == null) return beyond;
  // said again in a way that an index understands
  const value = statement.value(first.column, place[0]);
  return `${inTable(first.column)} ${first.descending ? "<=" : ">="} ${value} AND (${beyond})`;
}

function lexicographic(
  order: readonly OrderStep[],
  place: Place,
  index: number,
  statement: Statement,
): string {
  const step = order[index];
  if (step === undefined) return "false";
  const at = place[index] ?? null;
  const further = furtherSql(step, at, statement);
  const rest = lexicographic(order, place, index + 1, statement);
  if (rest === "false") return further;
  const column = inTable(step.column);
  const same =
    at === null ? `${column} IS NULL` : `${column} = ${statement.value(step.column, at)}`;
  return `${further} OR (${same} AND (${rest}))`;
}

function furtherSql({ column, descending }: OrderStep, at: string | null, statement: Statement) {
  const name = inTable(column);
  if (at === null) return descending ? `${name} IS NOT NULL` : "false";
  if (descending) return `${name} < ${statement.value(column, at)}`;
  const greater = `${name} > ${statement.value(column, at)}`;
  return column.notNull ? greater : `${greater} OR ${name} IS NULL`;
}
