import { readValue } from "./column-kind.ts";
import { GraphqlError } from "./graphql-error.ts";
import type { Column } from "./introspect.ts";
import type { Model } from "./model.ts";
import { inTable, type Statement } from "./statement.ts";

const CONDITIONS_MAX = 50;
const NESTING_MAX = 5;
const IN_MAX = 100;
const INT8_MAX = 2n ** 63n - 1n;

/** A filter as GraphQL has checked it against the schema's types. */
export type Where = Readonly<Record<string, unknown>>;

/**
 * A filter as SQL. What is compared with null is not so: `not` then holds, whatever SQL would say.
 *
 * @throws {GraphqlError} `GRAPHQL_ARGUMENT_INVALID`
 */
export function whereSql(model: Model, where: Where, statement: Statement): string {
  return new WhereWriter(model, statement).all(where, 0);
}

/** Whether rows can be found by an index: one condition on its first column, that all others only narrow. */
export function usesIndex(model: Model, where: Where): boolean {
  const direct = model.fields.some(({ name, column }) => {
    const filter = where[name];
    if (!isRecord(filter) || !model.table.indexed.has(column.name)) return false;
    return ["eq", "in", "lt", "lte", "gt", "gte"].some((operator) => operator in filter);
  });
  return direct || listOf(where.and).some((part) => usesIndex(model, part));
}

class WhereWriter {
  readonly #model: Model;
  readonly #statement: Statement;
  #conditions = 0;

  constructor(model: Model, statement: Statement) {
    this.#model = model;
    this.#statement = statement;
  }

  all(where: Where, nesting: number): string {
    if (nesting > NESTING_MAX) throw refuse("where", `goes at most ${NESTING_MAX} deep`);
    const parts = Object.entries(where).map(([name, value]) => this.#part(name, value, nesting));
    return joined(parts, "AND", "true");
  }

  #part(name: string, value: unknown, nesting: number): string {
    if (value === null) throw refuse(`where.${name}`, "is null: leave it out, or say isNull");
    const field = this.#model.fields.find((one) => one.name === name);
    // what a filter calls and, or, not is these, also where a column has such a name
    if (name === "and" || name === "or") {
      const parts = listOf(value).map((part) => this.all(part, nesting + 1));
      return name === "and" ? joined(parts, "AND", "true") : joined(parts, "OR", "false");
    }
    if (name === "not" && isRecord(value)) return `(${this.all(value, nesting + 1)}) IS NOT TRUE`;
    if (field === undefined || !isRecord(value)) throw refuse(`where.${name}`, "is not a filter");
    const conditions = Object.entries(value).map(([operator, operand]) =>
      this.#condition(field.column, operator, operand, `where.${name}.${operator}`),
    );
    return joined(conditions, "AND", "true");
  }

  #condition(column: Column, operator: string, operand: unknown, argument: string): string {
    this.#conditions += 1;
    if (this.#conditions > CONDITIONS_MAX)
      throw refuse("where", `has more than ${CONDITIONS_MAX} conditions`);
    const place = inTable(column);
    if (operand === null) throw refuse(argument, "is null: say isNull instead");
    if (operator === "isNull") return `${place} IS ${operand === true ? "" : "NOT "}NULL`;
    if (operator === "in") return this.#among(column, operand, argument);
    const text = checked(column, operand, argument);
    const comparison = COMPARISONS[operator];
    if (comparison !== undefined)
      return `${place} ${comparison} ${this.#statement.value(column, text)}`;
    const escaped = text.replace(/[\\%_]/g, "\\$&");
    const pattern = operator === "startsWith" ? `${escaped}%` : `%${escaped}%`;
    return `${place} LIKE ${this.#statement.value(column, pattern)}`;
  }

  #among(column: Column, operand: unknown, argument: string): string {
    const values = Array.isArray(operand) ? operand : [operand];
    if (values.length > IN_MAX) throw refuse(argument, `has more than ${IN_MAX} values`);
    const texts = values.map((value) => checked(column, value, argument));
    return `${inTable(column)} = ANY(${this.#statement.values(column, texts)})`;
  }
}

const COMPARISONS: Readonly<Record<string, string>> = {
  ...{ eq: "=", ne: "IS DISTINCT FROM", lt: "<", lte: "<=", gt: ">", gte: ">=" },
};

/** @throws {GraphqlError} `GRAPHQL_ARGUMENT_INVALID` for what the column can never hold */
export function checked(column: Column, value: unknown, argument: string): string {
  const text = readValue(column.kind, value);
  if (text.includes("\0")) throw refuse(argument, "holds the character U+0000, which no text may");
  if (column.casts[0] === "bigint" && !fitsInt8(text))
    throw refuse(argument, "is beyond 64 bits, which the column holds");
  return text;
}

function fitsInt8(text: string): boolean {
  const value = BigInt(text);
  return value <= INT8_MAX && value >= -INT8_MAX - 1n;
}

function joined(parts: readonly string[], by: "AND" | "OR", empty: string): string {
  if (parts.length === 0) return empty;
  return parts.map((part) => `(${part})`).join(` ${by} `);
}

function listOf(value: unknown): Where[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter(isRecord);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuse(argument: string, what: string): GraphqlError {
  return new GraphqlError({ code: "GRAPHQL_ARGUMENT_INVALID", argument }, `${argument} ${what}`);
}
