import pg from "pg";
import type { SqlValue } from "./database.ts";
import { DatabaseError } from "./database-error.ts";

const INT8 = 20;
const INT8_ARRAY = 1016;
const NUMERIC = 1700;
const NUMERIC_ARRAY = 1231;

/** How values come back: whole numbers of any size as `bigint`, the rest as `pg` does it. */
export const resultTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    if (oid === INT8) return BigInt;
    if (oid === NUMERIC) return parseNumeric;
    if (oid === INT8_ARRAY) return (text: string) => parseArray(text, BigInt);
    if (oid === NUMERIC_ARRAY) return (text: string) => parseArray(text, parseNumeric);
    return pg.types.getTypeParser(oid, format ?? "text");
  },
};

function parseNumeric(text: string): bigint | string {
  return /^-?\d+$/.test(text) ? BigInt(text) : text;
}

/** Its declaration says a function; it is an object with one. */
const arrayParser = pg.types.arrayParser as unknown as {
  create<T>(text: string, parse: (item: string) => T): { parse(): unknown };
};

function parseArray<T>(text: string, parse: (item: string) => T): unknown {
  return arrayParser.create(text, parse).parse();
}

/**
 * One parameter of a statement: text, or bytes.
 *
 * @throws {DatabaseError} `DATABASE_VALUE_UNSUPPORTED` for what PostgreSQL has no form of
 */
export function encodeParameter(value: SqlValue): string | Buffer | null {
  if (value === null) return null;
  return value instanceof Uint8Array ? Buffer.from(value) : encodeText(value);
}

/**
 * One value in the text format of COPY, without its separator.
 *
 * @throws {DatabaseError} `DATABASE_VALUE_UNSUPPORTED` for what PostgreSQL has no form of
 */
export function encodeCopyValue(value: SqlValue): string {
  if (value === null) return "\\N";
  // Their text has nothing to escape.
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  return escapeCopy(encodeText(value));
}

/**
 * A value as PostgreSQL reads it from text, cast to its type.
 *
 * @throws {DatabaseError} `DATABASE_VALUE_UNSUPPORTED` for what PostgreSQL has no form of
 */
export function toSqlText(value: SqlValue): string | null {
  return value === null ? null : encodeText(value);
}

function encodeText(value: Exclude<SqlValue, null>): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "bigint":
      return String(value);
    case "boolean":
      return value ? "t" : "f";
    case "object":
      if (value instanceof Date) return value.toISOString();
      if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
      if (Array.isArray(value)) return encodeArray(value);
      return encodeJson(value);
    default:
      throw new DatabaseError({ code: "DATABASE_VALUE_UNSUPPORTED", type: typeof value });
  }
}

function encodeJson(value: object): string {
  return JSON.stringify(value, (key, inner) => {
    if (typeof inner !== "bigint") return inner;
    throw new DatabaseError({
      code: "DATABASE_VALUE_UNSUPPORTED",
      type: `bigint in JSON at ${key}`,
    });
  });
}

function encodeArray(items: readonly SqlValue[]): string {
  const encoded = items.map((item) => {
    if (item === null) return "NULL";
    if (Array.isArray(item)) return encodeArray(item);
    const text = encodeText(item);
    if (PLAIN_ITEM.test(text)) return text;
    return `"${text.replace(/["\\]/g, "\\$&")}"`;
  });
  return `{${encoded.join(",")}}`;
}

/** Needs no quotes, and is not `NULL`. */
const PLAIN_ITEM = /^[0-9-][0-9a-zA-Z:.-]*$/;

const COPY_SPECIAL = /[\\\t\n\r]/;
const COPY_SPECIALS = /[\\\t\n\r]/g;
const COPY_ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
};

function escapeCopy(text: string): string {
  // Most values have nothing special, and looking costs less than replacing.
  if (!COPY_SPECIAL.test(text)) return text;
  return text.replace(COPY_SPECIALS, (special) => COPY_ESCAPES[special] ?? special);
}
