/** What a column holds, as far as clients can see it, compare by it, and go on from it. */
export type ColumnKind =
  | "text"
  | "uuid"
  | "int"
  | "bigint"
  | "decimal"
  | "float"
  | "boolean"
  | "timestamp"
  | "date"
  | "bytes"
  | "json"
  | "enum"
  /** Shown as PostgreSQL writes it; nothing is compared by it. */
  | "other";

const KINDS: Readonly<Record<string, ColumnKind>> = {
  ...{ text: "text", varchar: "text", bpchar: "text", name: "text", uuid: "uuid" },
  ...{ int2: "int", int4: "int", int8: "bigint", numeric: "decimal" },
  ...{ float4: "float", float8: "float", bool: "boolean", bytea: "bytes" },
  ...{ timestamptz: "timestamp", timestamp: "timestamp", date: "date" },
  ...{ json: "json", jsonb: "json" },
};

/** @param scale of a `numeric`; undefined where it is open */
export function kindOf(typeName: string, isEnum: boolean, scale: number | undefined): ColumnKind {
  const known = Object.hasOwn(KINDS, typeName) ? KINDS[typeName] : undefined;
  if (known === "decimal" && scale !== undefined && scale <= 0) return "bigint";
  return known ?? (isEnum ? "enum" : "other");
}

/**
 * The casts that make a text what a column is compared with, in such a way that an index on it is used. The session's
 * time zone is UTC.
 *
 * @param fullName the type as SQL names it; from the catalogue, never from a client
 */
export function castsOf(kind: ColumnKind, typeName: string, fullName: string): readonly string[] {
  if (typeName === "timestamp") return ["timestamptz", "timestamp"];
  if (kind === "text") return ["text"];
  return kind === "int" ? ["int4"] : [fullName];
}

/** Whether rows can be told apart and put in order by it. */
export function isComparable(kind: ColumnKind): boolean {
  return kind !== "json" && kind !== "other";
}

/** A value as PostgreSQL wrote it, as GraphQL's scalars take it. */
export function showValue(kind: ColumnKind, text: string): unknown {
  switch (kind) {
    case "int":
    case "float":
      return Number(text);
    case "boolean":
      return text === "true";
    case "timestamp":
      return isoOf(text);
    case "bytes":
      return `0x${text.slice(2)}`;
    case "json":
      return JSON.parse(text);
    default:
      return text;
  }
}

/** `2026-01-20 15:04:05.123+00`, or the same without a zone; `infinity` stays. */
function isoOf(text: string): string {
  return /^\d{4}-/.test(text) ? `${text.replace(" ", "T").replace(/\+00$/, "")}Z` : text;
}

/** What a client gave, as PostgreSQL reads it. */
export function readValue(kind: ColumnKind, value: unknown): string {
  return kind === "bytes" ? `\\x${String(value).slice(2)}` : String(value);
}

const NUMBER = /^(?:-?\d{1,1000}(?:\.\d{1,1000})?(?:e[+-]?\d{1,3})?|NaN|-?Infinity)$/;
const MOMENT = /^(?:\d{4,6}-\d\d-\d\d(?: [\d:.]{8,15}(?:\+00)?)?(?: BC)?|-?infinity)$/;

/** How PostgreSQL writes values of a kind: what a cursor may hold. */
export const WRITTEN: Readonly<Record<ColumnKind, RegExp>> = {
  text: /^[^\0]*$/u,
  uuid: /^[0-9a-f-]{36}$/,
  int: /^-?\d{1,10}$/,
  bigint: NUMBER,
  decimal: NUMBER,
  float: NUMBER,
  boolean: /^(?:true|false)$/,
  timestamp: MOMENT,
  date: MOMENT,
  bytes: /^\\x(?:[0-9a-f]{2})*$/,
  enum: /^[^\0]{1,63}$/u,
  json: /^(?!)/,
  other: /^(?!)/,
};
